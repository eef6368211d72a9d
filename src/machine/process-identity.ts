import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { readBootId } from "./boot-id.js";

/** For one that has ended and stays in the list until its parent asks: nobody's start. */
const ENDED = "ended";

/** Enough of a process to tell later, from another one, whether it still lives. */
export interface ProcessIdentity {
  /** The machine or container in which its number counts. */
  readonly host: string;
  /** That start of the machine; `null` where it is not known. */
  readonly bootId: string | null;
  readonly pid: number;
  /** When it was started, as the system writes it: a number is used again, the two together are not. */
  readonly startedAt: string | null;
}

/** Whether a process of this machine is there, and when it was started. */
export type ProcessProbe = (pid: number) => { readonly alive: boolean; readonly startedAt: string | null };

/** By what it is told whether a process has ended. */
export interface LifeSigns {
  readonly probe: ProcessProbe;
  /** How long ago it was last heard of. */
  readonly silentMs: number;
  /** How long ago this machine was started. */
  readonly upMs: number;
}

/** Whether a process has ended; `null` where only its silence can tell. */
export function hasEnded(owner: ProcessIdentity, here: ProcessIdentity, signs: LifeSigns): boolean | null {
  if (owner.host !== here.host) return null;
  if (owner.bootId !== null && here.bootId !== null && owner.bootId !== here.bootId) {
    // One that was heard of since this machine was started lives on another, of the same name.
    return signs.silentMs > signs.upMs ? true : null;
  }
  const { alive, startedAt } = signs.probe(owner.pid);
  if (!alive) return true;
  return owner.startedAt === null || startedAt === null ? null : owner.startedAt !== startedAt;
}

/** How long ago this machine was started. */
export function machineUpMs(): number {
  return uptime() * 1_000;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  const { pid } = process;
  return { host: host(), bootId: readBootId(), pid, startedAt: readStart(pid) };
}

/** Asks the system. */
export function probeProcess(pid: number): ReturnType<ProcessProbe> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's may not be signalled, and is there.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return { alive: false, startedAt: null };
  }
  return { alive: true, startedAt: readStart(pid) };
}

/** Containers may share a host's name and its start, but not their numbers. */
function host(): string {
  if (process.platform !== "linux") return hostname();
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

function readStart(pid: number): string | null {
  try {
    // Field 22, counted behind the name, which may have blanks and brackets in it.
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" ? ENDED : (fields[18] ?? null);
    }
    if (process.platform === "win32") return null;
    return startFromPs(pid);
  } catch {
    return null;
  }
}

function startFromPs(pid: number): string | null {
  // It writes local time, in the language of whoever asks.
  const env = { ...process.env, TZ: "UTC", LC_ALL: "C" };
  const args = ["-o", "stat=", "-o", "lstart=", "-p", String(pid)];
  const [state = "", ...start] = execFileSync("ps", args, { encoding: "utf8", env }).trim().split(/\s+/);
  return state.startsWith("Z") ? ENDED : start.join(" ") || null;
}
