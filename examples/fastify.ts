// A Fastify plugin that gives an app a scheduler: `app.scheduler` starts when the app is ready, and stops when it closes.
//
//   PORT=3000 npx tsx examples/fastify.ts
//   curl localhost:3000/jobs
//   curl -X POST localhost:3000/jobs/purge-sessions/run
//   curl localhost:3000/jobs/purge-sessions/runs
import Fastify from "fastify";
import plugin from "fastify-plugin";
import type { SchedulerOptions } from "punctual";
import { RunSkippedError, Scheduler } from "punctual";

declare module "fastify" {
  interface FastifyInstance {
    readonly scheduler: Scheduler;
  }
}

const punctual = plugin<SchedulerOptions>(
  async (app, options) => {
    const scheduler = new Scheduler(options);
    app.decorate("scheduler", scheduler);
    scheduler.on("error", ({ error }) => app.log.error(error));
    app.addHook("onReady", async () => void scheduler.start());
    app.addHook("onClose", async () => {
      const { drained, aborted } = await scheduler.stop({ grace: "10s" });
      console.log(`stopped: ${drained} drained, ${aborted} aborted`);
    });
  },
  { name: "punctual" },
);

interface ByName {
  readonly Params: { readonly name: string };
}

/** What the scheduler does, over HTTP. */
const jobs = plugin(
  async (app) => {
    const { scheduler } = app;

    app.get("/jobs", async () =>
      scheduler.jobs().map(({ name, description, schedule, nextFireTime, running }) => {
        return { name, description, schedule: String(schedule), nextFireTime, running };
      }),
    );

    app.post<ByName>("/jobs/:name/run", async (request, reply) => {
      const job = scheduler.job(request.params.name);
      if (!job) return reply.callNotFound();
      const run = await job.runNow().catch((error: unknown) => error as RunSkippedError);
      if (run instanceof RunSkippedError) return reply.code(409).send({ error: run.message });
      return run.outcome === "succeeded" ? { outcome: run.outcome, result: run.result } : { outcome: run.outcome };
    });

    app.get<ByName>("/jobs/:name/runs", async (request) => {
      const { items } = await scheduler.history.list({ job: request.params.name, kind: "run", limit: 10 });
      return items;
    });
  },
  { dependencies: ["punctual"] },
);

const app = Fastify();
await app.register(punctual, { timezone: "UTC" });
await app.register(jobs);

const sessions = new Map([
  ["ada", Date.now() - 60_000], // is over
  ["grace", Date.now() + 3_600_000],
]);
const purge = (): number => {
  const over = [...sessions].filter(([, end]) => end < Date.now());
  for (const [id] of over) sessions.delete(id);
  return over.length;
};
const description = "forgets sessions that are over";
app.scheduler.addCronCommand("*/5 * * * *", purge, { name: "purge-sessions", description });

process.once("SIGTERM", () => void app.close()); // no new requests; those that go on are answered; then the hooks
const { PORT: port = "3000" } = process.env;
console.log(await app.listen({ port: Number(port), host: "127.0.0.1" }));
