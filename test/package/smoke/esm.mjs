import { Scheduler, shell, worker } from "punctual";
import { ManualClock } from "punctual/testing";
import { loadAll, useAll } from "./smoke.cjs";

const entries = await loadAll((name) => import(name));
await useAll({ Scheduler, shell, worker, ManualClock });
console.log(`ES modules: ${entries} entries, Node ${process.version}`);
