/** Database servers of tests as processes: run by a user that they accept, ended and stopped with all that they started. */
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const READY_LIMIT_MS = 20_000;
const STEP_MS = 5;

/** Who runs a server: databases refuse to run as root. Nothing, when whoever runs the tests can do it. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
}

// A test run that ends in the middle must leave neither servers nor their files behind.
const running = new Set<number>();
const folders = new Set<string>();
process.once("exit", () => {
  for (const pid of running) killAll(pid);
  for (const folder of folders) removeFolder(folder);
});
// This is how vitest ends the processes of its tests.
process.once("SIGTERM", () => process.exit(143));

/** The first of these users that there is, when the tests run as root. */
export function serverUser(names: readonly string[]): ServerUser {
  if (process.getuid?.() !== 0) return {};
  for (const name of [...names, "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name], { encoding: "utf8" }).stdout.trim());
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    `these tests run as root, who may not run a database, and there is no user ${names.join(", ")}, nobody`,
  );
}

/** A new folder that belongs to the user; `removeFolder` takes it away, at the latest when the process ends. */
export function makeFolder(name: string, { uid, gid }: ServerUser): string {
  const folder = mkdtempSync(join(tmpdir(), `punctual-${name}-`));
  folders.add(folder);
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** Runs a program to its end, as the user, with that to read. */
export function runAs(
  user: ServerUser,
  { program, args, input = "" }: ServerCommand & { readonly input?: string },
  cwd: string,
): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...user, cwd, input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} failed: ${error ?? `${stdout}${stderr}`}`);
}

/** With owner and rights, which Node's own leaves out. */
export function copyFolder(from: string, to: string): void {
  runAs({}, { program: "cp", args: ["-a", from, to] }, tmpdir());
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Resolves with the server when it answers; one that does not leaves nothing behind. */
export async function startedServer<Server extends AsyncDisposable & { restart(): Promise<void> }>(
  server: Server,
): Promise<Server> {
  try {
    await server.restart();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** A server that can be started many times, in one folder. */
export class ServerProcess {
  readonly #command: ServerCommand;
  readonly #user: ServerUser;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  constructor(command: ServerCommand, user: ServerUser, folder: string) {
    this.#command = command;
    this.#user = user;
    this.#folder = folder;
  }

  /** Resolves when it is ready. */
  async start(isReady: (pid: number) => boolean | Promise<boolean>): Promise<void> {
    const { program, args } = this.#command;
    const log = openSync(this.#logPath, "a");
    const child = spawn(program, args, { ...this.#user, cwd: this.#folder, stdio: ["ignore", log, log] });
    closeSync(log);
    this.#child = child;
    await once(child, "spawn");
    const pid = child.pid as number;
    running.add(pid);
    child.once("exit", () => running.delete(pid));
    const startMs = performance.now();
    while (!(await isReady(pid))) {
      const isOver = child.exitCode !== null || child.signalCode !== null;
      if (isOver || performance.now() - startMs > READY_LIMIT_MS) throw new Error(`${program}: ${this.#logEnd()}`);
      await delay(STEP_MS);
    }
  }

  /** Sends a signal that asks it to end, and waits until it has. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#takeRunning();
    if (child === null) return;
    const ended = once(child, "exit");
    signalAll(child.pid as number, "SIGCONT");
    child.kill(signal);
    await ended;
  }

  /** Ends it and what it started at once, as when the machine goes down. */
  async kill(): Promise<void> {
    const child = this.#takeRunning();
    if (child === null) return;
    const ended = once(child, "exit");
    const killed = killAll(child.pid as number);
    await ended;
    while (killed.some(isAlive)) await delay(STEP_MS);
  }

  /** It and what it started do nothing until `resume`; the system still takes connections for it. */
  pause(): void {
    if (this.#child?.pid !== undefined) signalAll(this.#child.pid, "SIGSTOP");
  }

  resume(): void {
    if (this.#child?.pid !== undefined) signalAll(this.#child.pid, "SIGCONT");
  }

  #takeRunning(): ChildProcess | null {
    const child = this.#child;
    this.#child = null;
    return child?.exitCode === null && child.signalCode === null ? child : null;
  }

  get #logPath(): string {
    return join(this.#folder, "server.log");
  }

  #logEnd(): string {
    return readFileSync(this.#logPath, "utf8").trim().split("\n").slice(-10).join("\n");
  }
}

/** Returns which processes those were. */
function killAll(pid: number): number[] {
  // One that is stopped starts no more.
  const pids = signalAll(pid, "SIGSTOP");
  for (const each of pids) send(each, "SIGKILL");
  return pids;
}

/** To the server, then to what it started: each in a group of its own, for PostgreSQL. */
function signalAll(pid: number, signal: NodeJS.Signals): number[] {
  send(pid, signal);
  const pids = [pid, ...childrenOf(pid)];
  for (const child of pids.slice(1)) send(child, signal);
  return pids;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    return parent === pid && child !== undefined ? [child] : [];
  });
}

/** Whether it is there and not only waits for its parent to take notice of its end. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return /^[^Z]/.test(stdout.trim());
}
