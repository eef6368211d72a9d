import type { Scheduler, SchedulerListener } from "punctual";

/** Which runs are watched, and what they weigh. */
export interface Watched<Data> {
  /** Name that the runs were given. */
  readonly name: string;
  readonly total: number;
  readonly weigh: (data: Data) => number;
  readonly onChange: (share: number) => void;
}

/** Adds up the progress of many runs, from the scheduler's events; the function returned ends that. */
export function watchProgress<Data>(scheduler: Scheduler, { name, total, weigh, onChange }: Watched<Data>): () => void {
  const weights = new Map<string, number>();
  const shares = new Map<string, number>();
  let done = 0;
  const reach = (id: string, fraction: number): void => {
    done += ((weights.get(id) ?? 0) * (fraction - (shares.get(id) ?? 0))) / total;
    shares.set(id, fraction);
    onChange(Math.min(1, done));
  };
  const onStarted: SchedulerListener<"run:started"> = ({ run }) => {
    if (run.jobName === name) weights.set(run.id, weigh(run.data as Data));
  };
  const onProgress: SchedulerListener<"run:progress"> = ({ run, fraction }) => reach(run.id, fraction);
  const onFinished: SchedulerListener<"run:finished"> = ({ run }) => reach(run.id, 1);
  scheduler.on("run:started", onStarted).on("run:progress", onProgress).on("run:finished", onFinished);
  return () => {
    scheduler.off("run:started", onStarted).off("run:progress", onProgress).off("run:finished", onFinished);
  };
}
