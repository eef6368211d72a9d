export type { SqliteEngine, SqliteHandle, SqliteStatement } from "./history/sql/sqlite-engine.js";
export type { SqliteJobStoreOptions, SqlJobStoreOptions } from "./store/sql/options.js";
export { SqlJobStore } from "./store/sql/sql-job-store.js";
