import { statementsOf, TYPES } from "./new-table.js";
import type { SqlDialect } from "./store.js";

/**
 * The statements that make version 3 of the tables: statistics that are added up when records are written, and what finds
 * records by any two things at once.
 */
export function scaleSchema(dialect: SqlDialect, prefix: string): readonly string[] {
  return [...totalsSchema(dialect, prefix), ...labelsSchema(dialect, prefix), ...indexes(dialect, prefix)];
}

/** Tags, and in the same way nodes. */
function labelsSchema(dialect: SqlDialect, prefix: string): string[] {
  const { word, label, key, int } = TYPES[dialect];
  const columns = [`label ${label} not null`, `outcome ${word} not null`, `time_ms ${int} not null`];
  const labels = {
    name: "labels",
    columns: [...columns, `record_id ${word} not null`],
    primaryKey: "label, outcome, time_ms, record_id",
    indexes: { by_record: "record_id" },
    narrow: true,
  } as const;
  const tagColumns = `record_id ${word} not null, tag ${key} not null, time_ms ${int} not null`;
  const insert = `insert into ${prefix}labels (label, outcome, time_ms, record_id)`;
  const [mark, length] = dialect === "sqlite" ? ["char(1) || '@' || node", "length"] : NODE_LABEL[dialect];
  return [
    ...statementsOf(labels, dialect, prefix),
    // It may begin anew: MySQL undoes no half of a migration.
    `create table if not exists ${prefix}tags (${tagColumns})`,
    `delete from ${prefix}labels`,
    `${insert} select t.tag, r.outcome, t.time_ms, t.record_id from ${prefix}tags t join ${prefix}records r on r.id = t.record_id`,
    // Longer names are keys of another form; nobody will miss them.
    `${insert} select ${mark}, outcome, time_ms, id from ${prefix}records where node is not null and ${length}(node) < 256`,
    `drop table ${prefix}tags`,
  ];
}

const NODE_LABEL = {
  postgres: ["chr(1) || '@' || node", "length"],
  mysql: ["concat(char(1 using utf8mb4), '@', node)", "char_length"],
} as const;

/** By job and outcome, with all that statistics need, in place of by job alone. */
function indexes(dialect: SqlDialect, prefix: string): string[] {
  const [table, name, old] = ["records", "records_by_job_outcome", "records_by_job"].map((each) => prefix + each);
  const columns = "job_name, outcome, time_ms, id, ended_at, lateness_ms";
  if (dialect !== "mysql") return [`create index ${name} on ${table} (${columns})`, `drop index ${old}`];
  return [
    ...where(`index_name = '${name}'`, `${table}`, "= 0", `create index ${name} on ${table} (${columns})`),
    ...where(`index_name = '${old}'`, `${table}`, "> 0", `drop index ${old} on ${table}`),
  ];
}

/** MySQL has no `if exists` for indexes: the statement is performed where so many are there. */
function where(what: string, table: string, many: string, statement: string): string[] {
  const count = `select count(*) from information_schema.statistics where table_schema = database() and table_name = '${table}' and ${what}`;
  return [
    `set @punctual_statement = if((${count}) ${many}, '${statement}', 'do 0')`,
    "prepare punctual_statement from @punctual_statement",
    "execute punctual_statement",
    "deallocate prepare punctual_statement",
  ];
}

function totalsSchema(dialect: SqlDialect, prefix: string): string[] {
  const { key, int, bytes } = TYPES[dialect];
  const tables = [
    {
      name: "totals",
      columns: [`job_name ${key} not null`, `span ${int} not null`, `cell ${int} not null`, `sums ${bytes} not null`],
      primaryKey: "job_name, span, cell",
      narrow: true,
    },
    {
      name: "forgotten",
      columns: [`job_name ${key} not null`, `before_ms ${int} not null`],
      primaryKey: "job_name",
      narrow: true,
    },
  ] as const;
  return tables.flatMap((table) => statementsOf(table, dialect, prefix));
}
