/** What runs in the threads. Plain JavaScript: no side shall wait for a compiler. */

/** For us. */
export function echo(run) {
  return run.data;
}

export function busy(run) {
  return spin(run.data);
}

/** For tinypool. */
export function bareEcho(data) {
  return data;
}

export function bareBusy(data) {
  return spin(data);
}

/** Keeps a core busy for `ms` and gives the number back. */
function spin({ job, ms }) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return job;
}
