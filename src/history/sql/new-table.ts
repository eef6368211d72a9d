import type { SqlDialect } from "./store.js";

/** The types of columns in one dialect. */
export interface ColumnTypes {
  /** Up to 64 characters, compared and ordered by code point. */
  readonly word: string;
  /** Up to 255 of them. */
  readonly key: string;
  /** A key with a mark before it. */
  readonly label: string;
  /** Of any length. */
  readonly text: string;
  /** 64 bits. */
  readonly int: string;
  /** Of any length. */
  readonly bytes: string;
}

const MYSQL_TEXT = "character set utf8mb4 collate utf8mb4_bin";
/** What stands for each type in each dialect. */
export const TYPES: Readonly<Record<SqlDialect, ColumnTypes>> = {
  sqlite: { word: "text", key: "text", label: "text", text: "text", int: "integer", bytes: "blob" },
  postgres: {
    word: 'text collate "C"',
    key: 'text collate "C"',
    label: 'text collate "C"',
    text: "text",
    int: "bigint",
    bytes: "bytea",
  },
  mysql: {
    word: `varchar(64) ${MYSQL_TEXT}`,
    key: `varchar(255) ${MYSQL_TEXT}`,
    label: `varchar(260) ${MYSQL_TEXT}`,
    text: `longtext ${MYSQL_TEXT}`,
    int: "bigint",
    bytes: "mediumblob",
  },
};

/** A table, as its migration makes it. */
export interface NewTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primaryKey: string;
  /** By name. */
  readonly indexes?: Readonly<Record<string, string>>;
  /** Whether its rows are no longer than their keys: SQLite then keeps no second tree for it. */
  readonly narrow?: true;
}

/** The statements that make a table. */
export function statementsOf(table: NewTable, dialect: SqlDialect, prefix: string): string[] {
  const name = prefix + table.name;
  const indexes = Object.entries(table.indexes ?? {});
  const parts = [...table.columns, `primary key (${table.primaryKey})`];
  // MySQL undoes no table that was made: with its indexes in it, what is there is whole.
  if (dialect === "mysql") {
    parts.push(...indexes.map(([index, columns]) => `index ${name}_${index} (${columns})`));
  }
  const end = dialect === "sqlite" && table.narrow ? " without rowid" : "";
  const create = `create table if not exists ${name} (${parts.join(", ")})${end}`;
  if (dialect === "mysql") return [create];
  return [create, ...indexes.map(([index, columns]) => `create index ${name}_${index} on ${name} (${columns})`)];
}
