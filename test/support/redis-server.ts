/** Real Redis servers for tests: each on a port of its own, in a folder of its own, and gone when the test is over. */
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort, startedServer } from "./server-process.js";

const READY_LIMIT_MS = 10_000;
const STEP_MS = 5;

export interface RedisServerOptions {
  /** Writes every command to disk before it is answered, so that nothing is lost by a restart. @default false */
  readonly appendOnly?: boolean;
  /** Copies this one. */
  readonly replicaOf?: RedisServer;
  /** More settings, as on the command line. */
  readonly settings?: readonly string[];
}

// A test run that ends in the middle must not leave servers behind.
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #options: RedisServerOptions;
  #child: ChildProcess | null = null;

  private constructor(port: number, options: RedisServerOptions) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), "punctual-redis-"));
    this.#options = options;
  }

  /** Resolves when it answers, and when it is a replica, when it has copied everything. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    install();
    return startedServer(new RedisServer(await freePort(), options));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again, on the same port and with what it has written to disk. */
  async restart(): Promise<void> {
    const { appendOnly = false, replicaOf, settings = [] } = this.#options;
    const persistence = ["--save", "", "--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "always"];
    const address = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder];
    const replication = replicaOf === undefined ? [] : ["--replicaof", "127.0.0.1", String(replicaOf.port)];
    // A copy begins at once, instead of after five seconds.
    const quick = ["--repl-diskless-sync-delay", "0"];
    const child = spawn("redis-server", [...address, ...persistence, ...quick, ...replication, ...settings], {
      stdio: "ignore",
    });
    this.#child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    await this.until("PING", (reply) => reply.startsWith("+PONG"));
    await replicaOf?.until("INFO replication", (info) => info.includes(`port=${this.port},state=online`));
    // Something to copy, that leaves nothing behind: that the replica has it, the master hears up to a second later.
    await replicaOf?.command("PUBLISH channel message");
    await replicaOf?.until("INFO replication", (info) => hasCaughtUp(info, this.port));
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** It takes connections and commands, and does nothing, until `resume`. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** The raw reply to one command, whose arguments have no blanks. */
  async command(line: string): Promise<string> {
    const socket = connect(this.port, "127.0.0.1");
    try {
      socket.write(`${line}\r\n`);
      const [reply] = (await once(socket, "data", { signal: AbortSignal.timeout(READY_LIMIT_MS) })) as [Buffer];
      return reply.toString();
    } finally {
      socket.destroy();
    }
  }

  /** Asks the same again until the raw reply is right. */
  async until(line: string, isReady: (reply: string) => boolean): Promise<void> {
    const startMs = performance.now();
    let last = "";
    while (performance.now() - startMs < READY_LIMIT_MS) {
      last = await this.command(line).catch(String);
      if (isReady(last)) return;
      await delay(STEP_MS);
    }
    throw new Error(`redis-server on port ${this.port} is not ready after ${READY_LIMIT_MS} ms: ${last}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** Whether a master has heard from the replica at a port that it has everything. */
function hasCaughtUp(masterInfo: string, port: number): boolean {
  const heard = new RegExp(`port=${port},state=online,offset=(\\d+)`).exec(masterInfo)?.[1];
  return heard !== undefined && heard !== "0" && heard === /master_repl_offset:(\d+)/.exec(masterInfo)?.[1];
}

/** Installs redis-server where it is not on PATH and the system's package manager is there to do it. */
function install(): void {
  if (works("redis-server", ["--version"])) return;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const get = [...sudo, "apt-get", "-o", "DPkg::Lock::Timeout=120"];
  if (works(get[0] as string, [...get.slice(1), "--version"])) {
    for (const command of [
      [...get, "update"],
      [...get, "install", "-y", "redis-server"],
    ]) {
      process.stdout.write(`redis-server is not installed: ${command.join(" ")}\n`);
      spawnSync(command[0] as string, command.slice(1), { stdio: "inherit" });
    }
  }
  if (works("redis-server", ["--version"])) return;
  throw new Error("these tests need redis-server (6.2 or later) on PATH, and it could not be installed with apt-get");
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
