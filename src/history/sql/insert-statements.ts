import type { CompiledQuery } from "./kysely.js";
import type { Builder } from "./store.js";
import type { Tables } from "./tables.js";

/** How many rows one statement writes at most; with 18 columns that is far below any database's limit. */
export const ROWS_PER_INSERT = 100;

/** Inserts of many rows; each number of rows is made into SQL once, which takes longer than to perform it. */
export class InsertStatements {
  readonly #builder: Builder;
  readonly #compiled = new Map<string, CompiledQuery>();

  constructor(builder: Builder) {
    this.#builder = builder;
  }

  /** The statements that write those rows, of which each has the columns. */
  *of<Table extends keyof Tables>(
    table: Table,
    columns: readonly (keyof Tables[Table] & string)[],
    rows: readonly Tables[Table][],
  ): Generator<CompiledQuery, void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      const some = rows.slice(start, start + ROWS_PER_INSERT);
      const parameters: unknown[] = [];
      for (const row of some) for (const column of columns) parameters.push(row[column]);
      yield { ...this.#shape(table, columns, some.length), parameters };
    }
  }

  #shape(table: keyof Tables, columns: readonly string[], count: number): CompiledQuery {
    const key = `${table} ${count}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    // `null` would be part of the SQL.
    const row = Object.fromEntries(columns.map((column) => [column, 0])) as never;
    const compiled = this.#builder.insertInto(table).values(Array(count).fill(row)).compile();
    this.#compiled.set(key, compiled);
    return compiled;
  }
}
