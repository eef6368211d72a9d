import { fileURLToPath } from "node:url";

const MODULE = new URL("./worker-jobs.mjs", import.meta.url);
const THREADS = 2;

/** Performs an export of the module on a thread and gives its result. */
export interface WorkerSide {
  run(task: "echo" | "busy", data: unknown): Promise<unknown>;
}

export async function punctual(): Promise<WorkerSide> {
  const { Scheduler, worker } = await import("punctual");
  const scheduler = new Scheduler({ workers: { minThreads: THREADS, maxThreads: THREADS } });
  const commands = { echo: worker<Jobs, "echo">(MODULE, "echo"), busy: worker<Jobs, "busy">(MODULE, "busy") };
  return {
    run: async (task, data) => {
      const { outcome, result, error } = await scheduler.runNow(commands[task], { data });
      if (outcome !== "succeeded") throw error;
      return result;
    },
  };
}

/** What `worker` reads the types from; the module itself has none. */
interface Jobs {
  echo(run: { readonly data: unknown }): unknown;
  busy(run: { readonly data: unknown }): unknown;
}

export function tinypool(useAtomics: boolean): () => Promise<WorkerSide> {
  return async () => {
    const { Tinypool } = await import("tinypool");
    const pool = new Tinypool({ filename: MODULE.href, minThreads: THREADS, maxThreads: THREADS, useAtomics });
    const names = { echo: "bareEcho", busy: "bareBusy" };
    return { run: (task, data) => pool.run(data, { name: names[task] }) };
  };
}

export async function piscina(): Promise<WorkerSide> {
  const { Piscina } = await import("piscina");
  const pool = new Piscina({ filename: MODULE.href, minThreads: THREADS, maxThreads: THREADS });
  const names = { echo: "bareEcho", busy: "bareBusy" };
  return { run: (task, data) => pool.run(data, { name: names[task] }) };
}

const BREE_FILE = fileURLToPath(new URL("./bree-job.mjs", import.meta.url));

/** It has no pool: each run is a job of its own, in a thread of its own, which is gone when the run is over. */
export async function bree(): Promise<WorkerSide> {
  const { default: Bree } = await import("bree");
  const waiting = new Map<string, (result: unknown) => void>();
  const results = new Map<string, unknown>();
  const bree = new Bree({
    root: false,
    logger: false,
    workerMessageHandler: ({ name, message }: { name: string; message: unknown }) => {
      if (message !== "done") results.set(name, (message as { result: unknown }).result);
    },
  });
  await bree.start();
  bree.on("worker deleted", (name: string) => waiting.get(name)?.(results.get(name)));
  let runs = 0;
  return {
    run: async (_task, data) => {
      const name = `run ${runs++}`;
      // Without the compiler for TypeScript, which each thread would load.
      await bree.add({ name, path: BREE_FILE, worker: { workerData: data, execArgv: [] } });
      const ended = new Promise((resolve) => waiting.set(name, resolve));
      await bree.run(name);
      const result = await ended;
      waiting.delete(name);
      results.delete(name);
      await bree.remove(name);
      return result;
    },
  };
}
