// What runs on the other thread: the weight of `punctual/worker`, and nothing of the test's.
import { threadId } from "node:worker_threads";
import { transfer } from "punctual/worker";

export function double(run) {
  const bytes = new Uint8Array([run.data * 2, threadId === 0 ? 0 : 1]);
  return transfer(bytes, [bytes.buffer]);
}
