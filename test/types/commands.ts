/**
 * Compiled by `npm run check`, never run: what must be a compile error is marked as expected, and one that is not an error
 * fails the compilation.
 */
import type { Job, Run, RunContext } from "punctual";
import { Scheduler, transfer, worker } from "punctual";

type Jobs = typeof import("../command/fixtures/jobs.js");
declare const url: URL;
const scheduler = new Scheduler();

// worker(): the export must be there and be callable
worker<Jobs>(url, "double");
// @ts-expect-error no such export
worker<Jobs>(url, "dubble");
// @ts-expect-error not a function
worker<Jobs>(url, "notAFunction");

// ... its data must be given, and be of the right type
scheduler.addCronCommand("@daily", worker<Jobs>(url, "double"), { data: 4 });
// @ts-expect-error data of another type
scheduler.addCronCommand("@daily", worker<Jobs>(url, "double"), { data: "4" });
// @ts-expect-error no data
scheduler.addCronCommand("@daily", worker<Jobs>(url, "double"));
// @ts-expect-error no data, though there are options
scheduler.addCronCommand("@daily", worker<Jobs>(url, "double"), { name: "x" });
scheduler.addCronCommand("@daily", worker<Jobs>(url, "where"), { name: "x" });

// ... and its result comes out, awaited and without its hand-over mark
const job: Job<number, number> = scheduler.addCronCommand("@daily", worker<Jobs>(url, "double"), { data: 4 });
const run: Run<number> = await job.runNow(5);
const reversed: Run<Uint8Array> = await scheduler.runNow(worker<Jobs>(url, "reverse"), { data: new Uint8Array(1) });
export const results: [number | undefined, Uint8Array | undefined] = [run.result, reversed.result];
// @ts-expect-error data of another type
await job.runNow("5");
await job.runNow(transfer(5, []));
await scheduler.runNow(worker<Jobs>(url, "double"), { data: transfer(5, []) });
// @ts-expect-error data of another type
await scheduler.runNow(worker<Jobs>(url, "double"), { data: transfer("5", []) });
// the outcome tells what there is
export const sum: number = run.outcome === "succeeded" ? run.result + 1 : 0;

// functions: data is what the option says
scheduler.addCronCommand("@daily", (given) => given.data.day.length, { data: { day: "today" } });
scheduler.addCronCommand("@daily", (given: RunContext) => given.id);
scheduler.addCronCommand("@daily", async () => {}, { overlap: "allow" });
// @ts-expect-error the function wants data
scheduler.addCronCommand("@daily", (given: RunContext<number>) => given.data);
// @ts-expect-error no such field in the data
scheduler.addCronCommand("@daily", (given) => given.data.night, { data: { day: "today" } });
// @ts-expect-error no such option
scheduler.addCronCommand("@daily", () => {}, { tiemzone: "UTC" });
// @ts-expect-error no such policy
scheduler.addCronCommand("@daily", () => {}, { overlap: "maybe" });
// @ts-expect-error an option that is given must be something
scheduler.addCronCommand("@daily", () => {}, { name: undefined });

// events: the payload is known, and so are the names
scheduler.on("run:finished", ({ run: finished, job: its }) => `${finished.outcome} ${its.name}`);
// @ts-expect-error no such event
scheduler.on("run:ended", () => {});
// @ts-expect-error no such field
scheduler.on("run:skipped", ({ why }) => why);
