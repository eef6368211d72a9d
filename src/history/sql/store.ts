import type { Compilable, CompiledQuery, Kysely } from "./kysely.js";
import type { Tables } from "./tables.js";

/** Which SQL a database speaks. */
export type SqlDialect = "sqlite" | "postgres" | "mysql";

/** Builds statements for one dialect, with the prefix of the tables. */
export type Builder = Kysely<Tables>;

/**
 * A piece of work as the statements that it gives out, one after another, and whose rows it is given back. It neither waits
 * nor knows how they are performed: on SQLite that is at once, so that nothing else comes between them.
 */
export type Steps<T> = Generator<CompiledQuery, T, readonly unknown[]>;

/** A database, reduced to what a history needs of it. */
export interface SqlStore {
  readonly dialect: SqlDialect;
  readonly builder: Builder;
  /** Performs the steps in one transaction; what they throw, or what fails, undoes it. */
  perform<T>(mode: "read" | "write", steps: Steps<T>): Promise<T>;
  /** Frees what was opened here; it may be used again. */
  close(): Promise<void>;
}

/** The rows of a query, inside of steps: `const rows = yield* rowsOf(query)`. */
export function* rowsOf<Row>(query: Compilable<Row>): Steps<readonly Row[]> {
  return (yield query.compile()) as readonly Row[];
}

/** Performs a statement whose rows nobody wants, inside of steps. */
export function* run(query: Compilable | CompiledQuery): Steps<void> {
  yield "compile" in query ? query.compile() : query;
}
