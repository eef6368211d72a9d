// An Express app with a scheduler of its own, which starts and stops with it.
//
//   PORT=3000 npx tsx examples/express.ts
//   curl localhost:3000/jobs
//   curl -X POST localhost:3000/jobs/purge-sessions/run
//   curl localhost:3000/jobs/purge-sessions/runs
import type { AddressInfo } from "node:net";
import type { ErrorRequestHandler } from "express";
import express from "express";
import { RunSkippedError, Scheduler } from "punctual";

const sessions = new Map([
  ["ada", Date.now() - 60_000], // is over
  ["grace", Date.now() + 3_600_000],
]);

const scheduler = new Scheduler();
const purge = (): number => {
  const over = [...sessions].filter(([, end]) => end < Date.now());
  for (const [id] of over) sessions.delete(id);
  return over.length;
};
scheduler.addCronCommand("*/5 * * * *", purge, {
  name: "purge-sessions",
  description: "forgets sessions that are over",
});
scheduler.on("error", ({ error }) => console.error(error.code, error.message));

const app = express();

app.get("/jobs", (_request, response) => {
  response.json(
    scheduler.jobs().map(({ name, description, schedule, nextFireTime, running }) => {
      return { name, description, schedule: String(schedule), nextFireTime, running };
    }),
  );
});

app.post("/jobs/:name/run", async (request, response) => {
  const job = scheduler.job(request.params.name);
  if (!job) return void response.sendStatus(404);
  const run = await job.runNow();
  response.json(run.outcome === "succeeded" ? { outcome: run.outcome, result: run.result } : { outcome: run.outcome });
});

app.get("/jobs/:name/runs", async (request, response) => {
  const { items } = await scheduler.history.list({ job: request.params.name, kind: "run", limit: 10 });
  response.json(items);
});

const answerSkipped: ErrorRequestHandler = (error, _request, response, next) => {
  if (error instanceof RunSkippedError) response.status(409).json({ error: error.message });
  else next(error);
};
app.use(answerSkipped);

const { PORT: port = "3000" } = process.env;
const server = app.listen(Number(port), "127.0.0.1", () => {
  scheduler.start();
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

process.once("SIGTERM", async () => {
  const closed = new Promise((resolve) => server.close(resolve)); // no new requests; those that go on are answered
  const { drained, aborted } = await scheduler.stop({ grace: "10s" });
  await closed;
  console.log(`stopped: ${drained} drained, ${aborted} aborted`);
});
