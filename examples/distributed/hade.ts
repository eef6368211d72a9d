// The walk-through: start it in two terminals with the same folder, and end one of them.
//
//   npx tsx examples/distributed/hade.ts /tmp/punctual-hade
//
// Every five seconds one of the two prints; it stays with that one, as it holds the service for longer than the two seconds
// after which the other may have it only when it is gone.
import { Scheduler } from "punctual";
import { FlockDistributed } from "punctual/flock";

const [, , directory = "/tmp/punctual-hade", everySeconds = "5"] = process.argv;
const distributed = new FlockDistributed({ directory });
const scheduler = new Scheduler({ distributed, appId: `process-${process.pid}`, timezone: "UTC" });

scheduler.addDistributedCron(
  "foo_func_for_test",
  `*/${everySeconds} * * * * *`,
  (run) => console.log(new Date(run.fireTime ?? 0).toISOString(), "execute foo command in", scheduler.appId),
  2_000,
);
scheduler.on("leader:changed", ({ leader }) => console.log("led by", leader));
scheduler.stopOnSignals();
scheduler.start();
console.log("ready", scheduler.appId);
