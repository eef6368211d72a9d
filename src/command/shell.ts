import type { Execution, Executor, ExecutorRun } from "./command.js";
import type { ShellCommand } from "./shell-command.js";
import type { LineListener, SetTimer } from "./shell-run.js";
import { ShellRun } from "./shell-run.js";

/** Told of every line that a run's process writes, without its end; one above 8 KiB comes in pieces. */
export type OutputListener = (run: ExecutorRun, stream: "stdout" | "stderr", line: string) => void;

/** What the shell executor works with. */
export interface ShellExecutorParts {
  /** Real time, also where the scheduler's is a test's: processes know no other. */
  readonly setTimer: SetTimer;
  /**
   * What it throws is dropped, and the run goes on. Where nobody listens, output is not cut into lines.
   * @default for commands with `log`, the run's logger
   */
  readonly onOutput?: OutputListener | undefined;
}

/** Performs shell commands, each as a process group of its own. */
export class ShellExecutor implements Executor<ShellCommand> {
  readonly #parts: ShellExecutorParts;

  constructor(parts: ShellExecutorParts) {
    this.#parts = parts;
  }

  execute(command: ShellCommand, run: ExecutorRun): Execution {
    const { setTimer, onOutput } = this.#parts;
    const listener = onOutput ?? (command.log === true ? toLogger : undefined);
    return new ShellRun(command, run, setTimer, listener && quietly(listener, run));
  }

  async close(): Promise<void> {}
}

function toLogger(run: ExecutorRun, stream: "stdout" | "stderr", line: string): void {
  run.logger[stream === "stdout" ? "info" : "warn"](line);
}

/** A listener that nothing can fail by, whether it throws or is async and rejects. */
function quietly(onOutput: OutputListener, run: ExecutorRun): LineListener {
  return (stream, line) => {
    try {
      const returned: unknown = onOutput(run, stream, line);
      if (returned instanceof Promise) returned.catch(() => {});
    } catch {}
  };
}
