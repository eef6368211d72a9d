/** Of SQL's classes of errors those that are about a value: bad data, a constraint, a trigger's own, a limit. */
const VALUE_STATES: ReadonlySet<string> = new Set(["22", "23", "44", "45", "54", "P0"]);
/** MySQL's errors about a value that have no such class: a wrong one, an invalid text, a packet that is too large. */
const MYSQL_VALUE_ERRORS: ReadonlySet<unknown> = new Set([1264, 1366, 1406, 1153, 3819, 4025]);
/** The id is there already: another try has written it in the meantime. */
const THERE_ALREADY: ReadonlySet<unknown> = new Set(["23505", "ER_DUP_ENTRY", "SQLITE_CONSTRAINT_PRIMARYKEY"]);

interface DatabaseError {
  readonly code?: unknown;
  readonly sqlState?: unknown;
  readonly errno?: unknown;
  readonly message: string;
}

/** Whether a failure is about what was to be written, and would come again however often it is tried. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // What never came to the database: a value that no column can be made of.
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const { code, sqlState, errno, message } = error as DatabaseError;
  if (THERE_ALREADY.has(code)) return false;
  if (typeof sqlState === "string") return VALUE_STATES.has(sqlState.slice(0, 2)) || MYSQL_VALUE_ERRORS.has(errno);
  if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) return VALUE_STATES.has(code.slice(0, 2));
  return /SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)|constraint failed|string or blob too big|datatype mismatch/.test(
    `${String(code)} ${message}`,
  );
}
