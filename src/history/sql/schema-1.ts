import type { ColumnTypes, NewTable } from "./new-table.js";
import { statementsOf, TYPES } from "./new-table.js";
import type { SqlDialect } from "./store.js";

/** The statements that make version 1 of the tables. */
export function schemaOf(dialect: SqlDialect, prefix: string): readonly string[] {
  return tablesOf(TYPES[dialect]).flatMap((table) => statementsOf(table, dialect, prefix));
}

function tablesOf(types: ColumnTypes): readonly NewTable[] {
  return [recordsTable(types), ...tablesOfRecords(types), ...tablesOfJobs(types)];
}

function recordsTable({ word, key, text, int }: ColumnTypes): NewTable {
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

function tablesOfRecords({ word, key, text, int }: ColumnTypes): readonly NewTable[] {
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

function tablesOfJobs({ word, key, text, int }: ColumnTypes): readonly NewTable[] {
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
