import { OUTCOMES } from "../record.js";
import { bucketSql, cellSql } from "./buckets.js";

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
  const { word, key, int } = TYPES[dialect];
  const chain = [`job_name ${key} not null`, `measure ${word} not null`, `bucket ${int} not null`];
  const tables = [
    {
      name: "totals",
      columns: [...chain, `times ${int} not null`, `last_cell ${int} not null`],
      primaryKey: "job_name, measure, bucket",
      narrow: true,
    },
    {
      name: "past_totals",
      columns: [...chain, `cell ${int} not null`, `so_far ${int} not null`],
      primaryKey: "job_name, measure, bucket, cell",
      narrow: true,
    },
    {
      name: "forgotten",
      columns: [`job_name ${key} not null`, `before_ms ${int} not null`],
      primaryKey: "job_name",
      narrow: true,
    },
  ] as const;
  return [...tables.flatMap((table) => statementsOf(table, dialect, prefix)), ...fill(prefix)];
}

/** Adds up what is there already. It may begin anew: MySQL undoes no half of a migration. */
function fill(prefix: string): string[] {
  const outcomes = OUTCOMES.map((outcome) => `'${outcome}'`).join(", ");
  const records = (measure: string, value: string, where: string): string =>
    `select job_name, ${measure} as measure, ${value} as ms, time_ms from ${prefix}records ${where}`;
  const runs = `where outcome in (${outcomes})`;
  const measured = [
    records("outcome", "0", ""),
    records("'took'", "ended_at - time_ms", runs),
    records("'late'", "lateness_ms", runs),
  ];
  return [
    ...["totals", "past_totals"].map((table) => `delete from ${prefix}${table}`),
    ...measured.map(
      (each) =>
        `insert into ${prefix}past_totals (job_name, measure, bucket, cell, so_far) ` +
        "select job_name, measure, bucket, cell, sum(count(*)) over (partition by job_name, measure, bucket order by cell) " +
        `from (select job_name, measure, ${bucketSql("ms")} as bucket, ${cellSql("time_ms")} as cell from (${each}) as each_one) ` +
        "as measured group by job_name, measure, bucket, cell",
    ),
    // The last of each is the total itself.
    `insert into ${prefix}totals (job_name, measure, bucket, times, last_cell) ` +
      `select job_name, measure, bucket, max(so_far), max(cell) from ${prefix}past_totals group by job_name, measure, bucket`,
    `delete from ${prefix}past_totals where exists (select 1 from ${prefix}totals as t where ` +
      `t.job_name = ${prefix}past_totals.job_name and t.measure = ${prefix}past_totals.measure and ` +
      `t.bucket = ${prefix}past_totals.bucket and t.last_cell = ${prefix}past_totals.cell)`,
  ];
}
