import type { Starts, Timing } from "./start-log.js";

/** The least that a scheduler of this kind can do: a heap in typed arrays, one timer, and the calls. */
export function bareTimer({ jobs, firstMs, seconds, spread }: Timing, log: Starts): void {
  // In this order the arrays are a heap already.
  const times = Float64Array.from({ length: jobs }, (_, job) => firstMs + (spread ? job : 0));
  const numbers = Int32Array.from({ length: jobs }, (_, job) => job);
  const end = firstMs + seconds * 1_000;
  const first = (): number => times[0] as number;
  const arm = (): void => {
    if (first() < end) setTimeout(wake, Math.max(1, first() - Date.now()));
  };
  const wake = (): void => {
    while (first() <= Date.now() && first() < end) {
      const due = first();
      const job = numbers[0] as number;
      replaceFirst(times, numbers, due + 1_000, job);
      log.start(job, due);
    }
    arm();
  };
  arm();
}

function replaceFirst(times: Float64Array, numbers: Int32Array, time: number, number: number): void {
  const half = times.length >> 1;
  let index = 0;
  while (index < half) {
    let child = 2 * index + 1;
    if (child + 1 < times.length && (times[child + 1] as number) < (times[child] as number)) child++;
    if ((times[child] as number) >= time) break;
    times[index] = times[child] as number;
    numbers[index] = numbers[child] as number;
    index = child;
  }
  times[index] = time;
  numbers[index] = number;
}
