// A node whose lease is lost, and that does not know it yet, must not overwrite what its successor has written. The token of
// a run grows with every run of its service: a table that remembers the last one refuses all older ones.
import { setTimeout as wait } from "node:timers/promises";
import type { ClaimRequest, Distributed, RunContext } from "punctual";
import { MemoryDistributed, Scheduler } from "punctual";

/** In SQL: UPDATE reports SET text = $1, token = $2 WHERE name = 'daily' AND token <= $2 (and look at the row count). */
class Table {
  text = "";
  token = 0;

  write(text: string, token: number): boolean {
    if (token < this.token) return false;
    Object.assign(this, { text, token });
    return true;
  }
}

const store = new MemoryDistributed();
/** The store as a node sees it whose network fails after its claim: it can renew nothing. */
const cutOff: Distributed = {
  select: (...asked) => store.select(...asked),
  lease: (request) => store.lease(request),
  close: () => store.close(),
  async claim(request: ClaimRequest) {
    const answer = await store.claim(request);
    if (!answer.granted || answer.lease === null) return answer;
    const { token } = answer;
    const unreachable = (): Promise<never> => Promise.reject(new Error("no route to host"));
    return { ...answer, lease: { token, renew: unreachable, release: unreachable } };
  },
};

const table = new Table();
/** Takes its time, does not look at its signal, and then writes. */
async function report(run: RunContext, node: string, ms: number): Promise<void> {
  await wait(ms);
  const written = table.write(`by ${node}`, run.token ?? 0);
  console.log(node, "has written:", written);
}

const fireTime = new Date(Date.now() + 200);
const options = { lease: "500ms" };
const a = new Scheduler({ distributed: cutOff, appId: "node a" });
const b = new Scheduler({ distributed: store, appId: "node b" });
a.addDistributedCron("daily", fireTime, (run) => report(run, "node a", 1_200), options);
a.on("lease:lost", ({ run }) => console.log(run.jobName, "on node a: the lease is lost"));
a.start();
await wait(100);
b.addDistributedCron("daily", new Date(fireTime.getTime() + 100), (run) => report(run, "node b", 50), options);
b.start();
await wait(1_800);
console.log("the table says:", table.text);
await Promise.all([a.stop(), b.stop()]);
