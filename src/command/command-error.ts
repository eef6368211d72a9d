import { PunctualError } from "../errors.js";

/** The codes of a CommandError. */
export type CommandErrorCode =
  | "HTTP_FAILED"
  | "HTTP_REDIRECTS"
  | "HTTP_STATUS"
  | "HTTP_TOO_LARGE"
  | "SHELL_EXIT_CODE"
  | "SHELL_SIGNAL"
  | "SHELL_SPAWN_FAILED";

/** What is known of a command that failed, beside the message. */
export interface CommandFailure {
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly status?: number | null;
  readonly body?: string;
}

/** A shell or http command failed; the `code` says how. What does not belong to its kind is `null` or an empty text. */
export class CommandError extends PunctualError {
  /** Of the process; `null` when a signal ended it, and when none was started. */
  readonly exitCode: number | null;
  /** The signal that ended the process. */
  readonly signal: NodeJS.Signals | null;
  /** The end of what the process wrote, as long as the command's `output` allows. */
  readonly stdout: string;
  readonly stderr: string;
  /** Of the HTTP response, if there was one. */
  readonly status: number | null;
  /** The end of what was read of the response's body. */
  readonly body: string;

  /** Made by what performs commands. @internal */
  constructor(code: CommandErrorCode, message: string, failure: CommandFailure = {}, options?: ErrorOptions) {
    super(code, message, options);
    this.exitCode = failure.exitCode ?? null;
    this.signal = failure.signal ?? null;
    this.stdout = failure.stdout ?? "";
    this.stderr = failure.stderr ?? "";
    this.status = failure.status ?? null;
    this.body = failure.body ?? "";
  }
}
