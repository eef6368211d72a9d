import type { NewTable } from "./new-table.js";
import { statementsOf, TYPES } from "./new-table.js";
import type { SqlDialect } from "./store.js";

/** The statements that lead from version 1 to 2: which runs have begun, and in which processes. */
export function startsSchemaOf(dialect: SqlDialect, prefix: string): readonly string[] {
  const { word, key, text, int } = TYPES[dialect];
  const tables: readonly NewTable[] = [
    {
      name: "starts",
      columns: [
        ...[`id ${word} not null`, `job_name ${key} not null`, `long_job_name ${text}`, `fire_time ${int}`],
        ...[`started_at ${int} not null`, `tags ${text}`, `command_kind ${text} not null`, `command ${text} not null`],
        ...[`node ${text}`, `token ${int}`, `attempt ${int} not null`, `process_id ${word} not null`],
      ],
      primaryKey: "id",
    },
    {
      name: "processes",
      columns: [
        ...[`id ${word} not null`, `host ${text} not null`, `boot_id ${word}`, `pid ${int} not null`],
        ...[`started_at ${word}`, `seen_at ${int} not null`],
      ],
      primaryKey: "id",
    },
  ];
  return tables.flatMap((table) => statementsOf(table, dialect, prefix));
}
