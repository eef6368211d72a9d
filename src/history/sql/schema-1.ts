import type { SqlDialect } from "./store.js";

/** What the columns of one database are declared as. */
export interface Types {
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
}

const MYSQL_TEXT = "character set utf8mb4 collate utf8mb4_bin";
/** For each database. */
export const TYPES: Readonly<Record<SqlDialect, Types>> = {
  sqlite: { word: "text", key: "text", label: "text", text: "text", int: "integer" },
  postgres: {
    word: 'text collate "C"',
    key: 'text collate "C"',
    label: 'text collate "C"',
    text: "text",
    int: "bigint",
  },
  mysql: {
    word: `varchar(64) ${MYSQL_TEXT}`,
    key: `varchar(255) ${MYSQL_TEXT}`,
    label: `varchar(260) ${MYSQL_TEXT}`,
    text: `longtext ${MYSQL_TEXT}`,
    int: "bigint",
  },
};

/** One table, to be made. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primaryKey: string;
  /** By name. */
  readonly indexes?: Readonly<Record<string, string>>;
  /** Whether its rows are no longer than their keys: SQLite then keeps no second tree for it. */
  readonly narrow?: true;
}

/** The statements that make version 1 of the tables. */
export function schemaOf(dialect: SqlDialect, prefix: string): readonly string[] {
  return tablesOf(TYPES[dialect]).flatMap((table) => statementsOf(table, dialect, prefix));
}

function tablesOf(types: Types): readonly Table[] {
  return [recordsTable(types), ...tablesOfRecords(types), ...tablesOfJobs(types)];
}

function recordsTable({ word, key, text, int }: Types): Table {
  return {
    name: "records",
    columns: [
      ...[`id ${word} not null`, `kind ${word} not null`, `job_name ${key} not null`, `long_job_name ${text}`],
      ...[`time_ms ${int} not null`, `fire_time ${int}`, `outcome ${word} not null`, `tags ${text}`],
      ...[`command_kind ${word}`, `command ${text}`, `node ${text}`, `ended_at ${int}`, `lateness_ms ${int}`],
      ...[`result ${text}`, `error ${text}`, `output ${text}`, `token ${int}`, `detail ${text}`],
    ],
    primaryKey: "id",
    indexes: {
      by_time: "time_ms, id",
      // With all that statistics need, which then read no row.
      by_job: "job_name, time_ms, id, outcome, ended_at, lateness_ms",
      by_outcome: "outcome, time_ms, id",
    },
  };
}

function tablesOfRecords({ word, key, text, int }: Types): readonly Table[] {
  return [
    {
      name: "attempts",
      columns: [
        ...[`record_id ${word} not null`, `attempt ${int} not null`],
        ...[`started_at ${int} not null`, `ended_at ${int} not null`, `error ${text}`],
      ],
      primaryKey: "record_id, attempt",
      narrow: true,
    },
    {
      name: "tags",
      columns: [`record_id ${word} not null`, `tag ${key} not null`, `time_ms ${int} not null`],
      primaryKey: "record_id, tag",
      indexes: { by_tag: "tag, time_ms, record_id" },
      narrow: true,
    },
  ];
}

function tablesOfJobs({ word, key, text, int }: Types): readonly Table[] {
  const job = [`job_name ${key} not null`, `long_job_name ${text}`];
  return [
    { name: "last_fires", columns: [...job, `fire_time ${int} not null`], primaryKey: "job_name", narrow: true },
    {
      name: "counts",
      columns: [...job, `outcome ${word} not null`, `times ${int} not null`],
      primaryKey: "job_name, outcome",
      narrow: true,
    },
  ];
}

/** The statements that make a table with its indexes. */
export function statementsOf(table: Table, dialect: SqlDialect, prefix: string): string[] {
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
