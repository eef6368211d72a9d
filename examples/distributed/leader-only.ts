// A service that shall run on one node at a time, for as long as that lives: a consumer of a feed, say. It is a distributed
// job whose run does not end by itself. Every second the other nodes ask for it, and are refused while its lease lives.
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { RunContext } from "punctual";
import { MemoryDistributed, Scheduler } from "punctual";

const distributed = new MemoryDistributed(); // in one process; use FlockDistributed or RedisDistributed
const nodes = ["a", "b"].map((appId) => new Scheduler({ distributed, appId }));

for (const node of nodes) {
  node.addDistributedCron(
    "feed",
    "* * * * * *",
    async (run: RunContext) => {
      console.log(`${node.appId} consumes the feed`);
      // The signal aborts when the node stops, or its lease is lost: then let go of everything.
      if (!run.signal.aborted) await once(run.signal, "abort");
      console.log(`${node.appId} has let go`);
    },
    { lease: "2s", recover: true },
  );
}
const leads = (node: Scheduler): Promise<unknown> => new Promise((resolve) => node.once("run:started", resolve));
const [a, b] = nodes as [Scheduler, Scheduler];
a.start();
await leads(a);
b.start();
await wait(1_200);
await a.stop({ grace: 0 });
await leads(b);
await b.stop({ grace: 0 });
