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
