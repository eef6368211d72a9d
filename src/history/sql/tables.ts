/**
 * One run or one skip. Times are epoch milliseconds; numbers may come back as text (bigint of PostgreSQL), and texts are
 * stored as `encodeText` makes them.
 */
export interface RecordRow {
  id: string;
  kind: string;
  /** `keyOf` the name. */
  job_name: string;
  /** The whole name, where the key is not. */
  long_job_name: string | null;
  /** By which records are ordered: when the run started, or the fire was skipped. */
  time_ms: number;
  fire_time: number | null;
  /** The outcome of a run, or the reason of a skip: no text is both. */
  outcome: string;
  /** JSON; `null` for none. */
  tags: string | null;
  command_kind: string | null;
  command: string | null;
  node: string | null;
  /** `null` for skips. */
  ended_at: number | null;
  lateness_ms: number | null;
  /** JSON. */
  result: string | null;
  /** JSON. */
  error: string | null;
  output: string | null;
  token: number | null;
  detail: string | null;
}

/** One try of a run. */
export interface AttemptRow {
  record_id: string;
  attempt: number;
  started_at: number;
  ended_at: number;
  /** JSON. */
  error: string | null;
}

/** One tag of a record, or its node: the records of one outcome that have it are in order here. */
export interface LabelRow {
  /** `keyOf` a tag, or `nodeLabelOf` a node. */
  label: string;
  outcome: string;
  time_ms: number;
  record_id: string;
}

/** The latest fire time of a job. */
export interface LastFireRow {
  job_name: string;
  long_job_name: string | null;
  fire_time: number;
}

/** How often one thing happened to a job, in records that are kept no more too. */
export interface CountRow {
  job_name: string;
  long_job_name: string | null;
  outcome: string;
  times: number;
}

/** What happened to a job in cells that are added up together. */
export interface TotalRow {
  job_name: string;
  /** How many cells that are. */
  span: number;
  /** Which one of those of that span. */
  cell: number;
  /** A `Tally`. */
  sums: Uint8Array | ArrayBuffer;
}

/** Of a job's records from before that instant, some are kept no more. */
export interface ForgottenRow {
  job_name: string;
  before_ms: number;
}

/** A run that has begun, and whose record is not there yet. */
export interface StartRow {
  id: string;
  job_name: string;
  long_job_name: string | null;
  fire_time: number | null;
  started_at: number;
  /** JSON; `null` for none. */
  tags: string | null;
  command_kind: string;
  command: string;
  node: string | null;
  token: number | null;
  attempt: number;
  /** Of `processes`. */
  process_id: string;
}

/** A process that begins runs. */
export interface ProcessRow {
  id: string;
  host: string;
  boot_id: string | null;
  pid: number;
  started_at: string | null;
  /** When it was last heard of, by the clock of the database. */
  seen_at: number;
}

/** Which version the tables have; one row. */
export interface SchemaRow {
  id: number;
  version: number;
}

/** All tables, by their names without the prefix. */
export interface Tables {
  records: RecordRow;
  attempts: AttemptRow;
  labels: LabelRow;
  last_fires: LastFireRow;
  counts: CountRow;
  totals: TotalRow;
  forgotten: ForgottenRow;
  starts: StartRow;
  processes: ProcessRow;
  schema_version: SchemaRow;
}

/** The columns of `records`, in the order in which they are written. */
export const RECORD_COLUMNS: readonly (keyof RecordRow)[] = [
  ...(["id", "kind", "job_name", "long_job_name", "time_ms", "fire_time", "outcome", "tags"] as const),
  ...(["command_kind", "command", "node", "ended_at", "lateness_ms", "result", "error"] as const),
  ...(["output", "token", "detail"] as const),
];
