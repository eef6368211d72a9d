import type { Command, RunContext, WorkerCommand } from "./command.js";
import type { Transfer } from "./transfer.js";
import { findWorkerModule } from "./worker-module.js";

/** The names of a module's exports that can be a command. */
type CommandExport<M> = { [K in keyof M]: M[K] extends (run: never) => unknown ? K : never }[keyof M] & string;

type DataOf<F> = F extends (run: infer R) => unknown ? (R extends RunContext<infer Data> ? Data : unknown) : never;
type Unmarked<T> = T extends Transfer<infer Value> ? Value : T;
type ResultOf<F> = F extends (run: never) => infer Result ? Unmarked<Awaited<Result>> : never;
type CommandOf<M, K> = K extends keyof M ? WorkerCommand<DataOf<M[K]>, ResultOf<M[K]>> : never;

/** The union's members as a tuple, in no particular order. */
type TupleOf<U, Last = LastOf<U>> = [U] extends [never] ? [] : [...TupleOf<Exclude<U, Last>>, Last];
type LastOf<U> = (U extends unknown ? (f: () => U) => void : never) extends (f: infer F) => void
  ? F extends () => infer Last
    ? Last
    : never
  : never;

/** The module's n-th command, so that each overload below can have its own: TypeScript does not infer a second type
 * argument where the first one (the module) is given. */
type Nth<M, N extends number> = TupleOf<CommandExport<M>>[N] & string;
type Url = URL | string;

export interface WorkerFactory {
  <M>(url: Url, exportName: Nth<M, 0>): CommandOf<M, Nth<M, 0>>;
  <M>(url: Url, exportName: Nth<M, 1>): CommandOf<M, Nth<M, 1>>;
  <M>(url: Url, exportName: Nth<M, 2>): CommandOf<M, Nth<M, 2>>;
  <M>(url: Url, exportName: Nth<M, 3>): CommandOf<M, Nth<M, 3>>;
  <M>(url: Url, exportName: Nth<M, 4>): CommandOf<M, Nth<M, 4>>;
  <M>(url: Url, exportName: Nth<M, 5>): CommandOf<M, Nth<M, 5>>;
  <M>(url: Url, exportName: Nth<M, 6>): CommandOf<M, Nth<M, 6>>;
  <M>(url: Url, exportName: Nth<M, 7>): CommandOf<M, Nth<M, 7>>;
  <M>(url: Url, exportName: Nth<M, 8>): CommandOf<M, Nth<M, 8>>;
  <M>(url: Url, exportName: Nth<M, 9>): CommandOf<M, Nth<M, 9>>;
  <M>(url: Url, exportName: Nth<M, 10>): CommandOf<M, Nth<M, 10>>;
  <M>(url: Url, exportName: Nth<M, 11>): CommandOf<M, Nth<M, 11>>;
  <M>(url: Url, exportName: Nth<M, 12>): CommandOf<M, Nth<M, 12>>;
  <M>(url: Url, exportName: Nth<M, 13>): CommandOf<M, Nth<M, 13>>;
  <M>(url: Url, exportName: Nth<M, 14>): CommandOf<M, Nth<M, 14>>;
  <M>(url: Url, exportName: Nth<M, 15>): CommandOf<M, Nth<M, 15>>;
  <M, K extends CommandExport<M>>(url: Url, exportName: K): CommandOf<M, K>;
  /** The last one, for a compiler's message to name all exports, and for modules with more than 16. */
  <M>(url: Url, exportName: CommandExport<M>): "give the export's name as second type argument";
}

/**
 * A command that calls a module's export on a worker thread. `worker<typeof import("./report.js")>(new URL("./report.js",
 * import.meta.url), "build")` checks the export's name and the job's `data` when compiled. (A module with more than 16
 * exported functions needs the name as second type argument.) The function is given a `RunContext`; data and result are
 * copied by structured clone, or handed over where `transfer()` marks them. In TypeScript sources, a `.js` that is not
 * there stands for its `.ts`.
 * @throws WorkerError with code `WORKER_MODULE_NOT_FOUND` or `WORKER_EXPORT_NOT_FOUND`; InvalidOptionError
 */
export const worker: WorkerFactory = ((url: Url, exportName: string): WorkerCommand =>
  Object.freeze({ kind: "worker", url: findWorkerModule(url, exportName), exportName })) as WorkerFactory;

export function isWorkerCommand(command: Command): command is WorkerCommand {
  return typeof command === "object" && command !== null && command.kind === "worker";
}
