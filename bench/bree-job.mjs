/** What Bree runs: a thread for each run, which says when it is done. */
import { parentPort, workerData } from "node:worker_threads";
import { bareBusy } from "./worker-jobs.mjs";

// Data that is an object stands beside the job, other data within it.
const data = workerData.ms === undefined ? workerData.job.worker.workerData : workerData;
parentPort.postMessage({ result: data.ms === undefined ? data : bareBusy(data) });
parentPort.postMessage("done");
