import type { ProcessIdentity } from "../../machine/process-identity.js";
import { hasEnded, machineUpMs, probeProcess } from "../../machine/process-identity.js";
import type { UnfinishedRun } from "../history.js";
import { sql } from "./kysely.js";
import { abandonedRecord, identityOfRow, startOfRow } from "./start-rows.js";
import type { Builder, SqlDialect, Steps } from "./store.js";
import { rowsOf, run } from "./store.js";
import type { ProcessRow, StartRow } from "./tables.js";
import { encodeText } from "./text-code.js";
import type { WriteTarget } from "./write.js";
import { writeSteps } from "./write.js";

/** How often a process that begins runs says that it lives. */
export const BEAT_MS = 10_000;
/** After how long a silence it counts as dead, where nothing better tells. */
export const SILENT_MS = 60_000;
/** How many runs are taken in one transaction. */
const STEP = 100;
/** A process that has left nothing is forgotten after so long. */
const FORGET_MS = 86_400_000;

/** Says that this process lives; it is entered anew where others have taken it for dead. */
export function* beatSteps(
  { builder, dialect }: Pick<WriteTarget, "builder" | "dialect">,
  id: string,
  { host, bootId, pid, startedAt }: ProcessIdentity,
): Steps<void> {
  const seen_at = nowOf(dialect);
  const known = yield* rowsOf(builder.selectFrom("processes").select("id").where("id", "=", id));
  if (known.length > 0) yield* run(builder.updateTable("processes").set({ seen_at }).where("id", "=", id));
  else {
    const identity = { host: encodeText(host), boot_id: bootId, pid, started_at: startedAt };
    yield* run(builder.insertInto("processes").values({ id, ...identity, seen_at }));
  }
}

/** Takes this process off, where it has left nothing. */
export function* leaveSteps(builder: Builder, id: string): Steps<void> {
  yield* run(
    builder
      .deleteFrom("processes")
      .where("id", "=", id)
      .where("id", "not in", (where) => where.selectFrom("starts").select("process_id")),
  );
}

/** A run that has begun elsewhere, and its process; `null` when that has left. */
export interface OpenStart {
  readonly row: StartRow;
  readonly owner: ProcessRow | null;
  readonly silentMs: number;
}

/** The runs that other processes have begun, oldest first. */
export function* openSteps(
  { builder, dialect }: Pick<WriteTarget, "builder" | "dialect">,
  ownId: string,
): Steps<OpenStart[]> {
  const rows = yield* rowsOf(
    builder.selectFrom("starts").selectAll().where("process_id", "!=", ownId).orderBy("started_at").orderBy("id"),
  );
  if (rows.length === 0) return [];
  const owners = yield* rowsOf(builder.selectFrom("processes").selectAll().select(nowOf(dialect).as("now_ms")));
  const byId = new Map(owners.map((owner) => [owner.id, owner]));
  return rows.map((row) => {
    const owner = byId.get(row.process_id) ?? null;
    return { row, owner, silentMs: owner === null ? 0 : Number(owner.now_ms) - Number(owner.seen_at) };
  });
}

/** Whether the process of a run is dead. */
export function isDead({ owner, silentMs }: OpenStart, here: ProcessIdentity): boolean {
  if (owner === null) return true;
  const signs = { probe: probeProcess, silentMs, upMs: machineUpMs() };
  return hasEnded(identityOfRow(owner), here, signs) ?? silentMs > SILENT_MS;
}

/** Puts runs of dead processes on record; gives those that nobody else has taken meanwhile. */
export function* takeSteps(target: WriteTarget, dead: readonly OpenStart[]): Steps<UnfinishedRun[]> {
  const { builder, dialect } = target;
  const owners = new Map(dead.map(({ row, owner }) => [row.id, owner]));
  const ids = dead.map(({ row }) => row.id);
  const select = builder.selectFrom("starts").selectAll().where("id", "in", ids).orderBy("id");
  // The one transaction at a time that SQLite has is lock enough.
  const rows = yield* rowsOf(dialect === "sqlite" ? select : select.forUpdate());
  const taken = rows.map((row) => {
    const start = startOfRow(row);
    return { start, record: abandonedRecord(start, owners.get(row.id) ?? null) };
  });
  const ended = taken.map(({ start }) => start.id);
  const records = taken.map(({ record }) => record);
  const fresh = new Set(yield* writeSteps(target, { records, starts: [], processId: "", ended }));
  return taken.filter(({ record }) => fresh.has(record)).sort((a, b) => a.start.startedAt - b.start.startedAt);
}

/** Forgets processes that have left nothing and were not heard of for a day. */
export function* forgetSteps({ builder, dialect }: Pick<WriteTarget, "builder" | "dialect">): Steps<void> {
  const old = sql<number>`${nowOf(dialect)} - ${sql.lit(FORGET_MS)}`;
  yield* run(
    builder
      .deleteFrom("processes")
      .where("seen_at", "<", old)
      .where("id", "not in", (where) => where.selectFrom("starts").select("process_id")),
  );
}

/** Takes them a few at a time. */
export function stepsOf(dead: readonly OpenStart[]): OpenStart[][] {
  return Array.from({ length: Math.ceil(dead.length / STEP) }, (_, index) =>
    dead.slice(index * STEP, (index + 1) * STEP),
  );
}

/** The clock of the database, which all its processes share. */
function nowOf(dialect: SqlDialect): ReturnType<typeof sql<number>> {
  if (dialect === "postgres") return sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;
  if (dialect === "mysql") return sql<number>`cast(unix_timestamp(now(3)) * 1000 as signed)`;
  return sql<number>`cast((julianday('now') - 2440587.5) * 86400000 as integer)`;
}
