/** A column of a table: its title, and what it says of a row. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: "left" | "right";
  readonly width: number;
}

/** Lines of a table of plain text, the titles first. */
export function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const titles = columns.map((column) => padded(column, column.title));
  const body = rows.map((row) => columns.map((column) => padded(column, column.text(row))).join(" "));
  return [titles.join(" "), ...body].map((line) => `  ${line}`.trimEnd());
}

function padded<Row>({ align, width }: Column<Row>, text: string): string {
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}
