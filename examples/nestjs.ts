// A NestJS module that gives an app a scheduler, which starts and stops with the app. Providers add their jobs to it.
//
//   PORT=3000 npx tsx --tsconfig examples/tsconfig.json examples/nestjs.ts
//   curl localhost:3000/jobs
//   curl -X POST localhost:3000/jobs/purge-sessions/run
//   curl localhost:3000/jobs/purge-sessions/runs
//
// `@Inject` names what is injected: esbuild, and so tsx, emits no types for Nest to read. With nest build you may leave it.
import "reflect-metadata";
import type { OnApplicationBootstrap, OnApplicationShutdown } from "@nestjs/common";
import {
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { HistoryRecord, Run } from "punctual";
import { RunSkippedError, Scheduler } from "punctual";

@Module({
  providers: [{ provide: Scheduler, useFactory: () => new Scheduler() }],
  exports: [Scheduler],
})
class SchedulerModule implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #scheduler: Scheduler;

  constructor(@Inject(Scheduler) scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  onApplicationBootstrap(): void {
    this.#scheduler.start();
  }

  async onApplicationShutdown(): Promise<void> {
    const { drained, aborted } = await this.#scheduler.stop({ grace: "10s" });
    console.log(`stopped: ${drained} drained, ${aborted} aborted`);
  }
}

/** A provider with a job. */
@Injectable()
class Sessions {
  readonly #ends = new Map([
    ["ada", Date.now() - 60_000], // is over
    ["grace", Date.now() + 3_600_000],
  ]);

  constructor(@Inject(Scheduler) scheduler: Scheduler) {
    const description = "forgets sessions that are over";
    scheduler.addCronCommand("*/5 * * * *", () => this.purge(), { name: "purge-sessions", description });
  }

  purge(): number {
    const over = [...this.#ends].filter(([, end]) => end < Date.now());
    for (const [id] of over) this.#ends.delete(id);
    return over.length;
  }
}

@Controller("jobs")
class JobsController {
  readonly #scheduler: Scheduler;

  constructor(@Inject(Scheduler) scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  @Get()
  list(): object[] {
    return this.#scheduler.jobs().map(({ name, description, schedule, nextFireTime, running }) => {
      return { name, description, schedule: String(schedule), nextFireTime, running };
    });
  }

  @Post(":name/run")
  @HttpCode(200)
  async run(@Param("name") name: string): Promise<Pick<Run, "outcome" | "result">> {
    const job = this.#scheduler.job(name);
    if (!job) throw new NotFoundException();
    try {
      const { outcome, result } = await job.runNow();
      return { outcome, result };
    } catch (error) {
      throw error instanceof RunSkippedError ? new ConflictException(error.message) : error;
    }
  }

  @Get(":name/runs")
  async runs(@Param("name") name: string): Promise<readonly HistoryRecord[]> {
    return (await this.#scheduler.history.list({ job: name, kind: "run", limit: 10 })).items;
  }
}

@Module({ imports: [SchedulerModule], providers: [Sessions], controllers: [JobsController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
app.enableShutdownHooks(["SIGTERM"]); // no new requests; those that go on are answered; then the hooks
const { PORT: port = "3000" } = process.env;
await app.listen(Number(port), "127.0.0.1");
console.log((await app.getUrl()).replace(/\/$/, ""));
