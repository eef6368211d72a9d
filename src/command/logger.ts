/** Where lines go. The console is one, and so are pino's loggers: the first argument may be an object of details. */
export interface Logger {
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
  /** A logger whose lines all carry these details, as pino has it. */
  child?(details: Record<string, unknown>): Logger;
}

/** What a run's lines carry. */
export interface RunDetails {
  readonly job: string;
  readonly runId: string;
  readonly attempt: number;
}

/** A logger for one run: a child of the given one, or, where it has none, one that puts job and run before each line. */
export function runLogger(logger: Logger, details: RunDetails): Logger {
  if (logger.child !== undefined) return logger.child({ ...details });
  const prefix = `[${details.job} ${details.runId}${details.attempt > 1 ? ` attempt ${details.attempt}` : ""}]`;
  return {
    debug: (...args) => logger.debug(prefix, ...args),
    info: (...args) => logger.info(prefix, ...args),
    warn: (...args) => logger.warn(prefix, ...args),
    error: (...args) => logger.error(prefix, ...args),
  };
}
