import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { readBootId } from "./boot-id.js";

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

/** Whether a process has ended; `null` where only its silence can tell. */
export function hasEnded(owner: ProcessIdentity, here: ProcessIdentity, probe: ProcessProbe): boolean | null {
  if (owner.host !== here.host) return null;
  if (owner.bootId !== null && here.bootId !== null && owner.bootId !== here.bootId) return true;
  const { alive, startedAt } = probe(owner.pid);
  if (!alive) return true;
  return owner.startedAt === null || startedAt === null ? null : owner.startedAt !== startedAt;
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
      // One that has ended stays in the list until its parent asks: it is nobody's start.
      return state === "Z" ? "ended" : (fields[18] ?? null);
    }
    if (process.platform === "win32") return null;
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}
