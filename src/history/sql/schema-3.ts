import { bucketSql, cellSql } from "./buckets.js";
import { statementsOf, TYPES } from "./schema-1.js";
import { OUTCOMES } from "../record.js";
import type { SqlDialect } from "./store.js";

/** The statements that make version 3 of the tables: statistics that are added up when records are written. */
export function totalsSchema(dialect: SqlDialect, prefix: string): readonly string[] {
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
