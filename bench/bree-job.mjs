/** What Bree runs: a thread for each run, which says when it is done. */
import { parentPort, workerData } from "node:worker_threads";
import { bareBusy } from "./worker-jobs.mjs";

const { job } = workerData;
const data = job.worker.workerData;
parentPort.postMessage({ result: data.ms === undefined ? data : bareBusy(data) });
parentPort.postMessage("done");
