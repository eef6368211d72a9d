import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const isWindows: boolean = process.platform === "win32";

/** Whether a process can be made the leader of a group, which then can be signalled as a whole. Windows has no groups. */
export const HAS_GROUPS: boolean = !isWindows;

/** Asks all processes of the group to end. Windows has no signals: `taskkill` asks windows to close, and no more. */
export function askToEnd(leader: number, signal: NodeJS.Signals): void {
  if (isWindows) taskkill(leader);
  else sendToGroup(leader, signal);
}

/** Ends all processes of the group, also when its leader has ended before. */
export function killGroup(leader: number): void {
  if (isWindows) taskkill(leader, "/F");
  else sendToGroup(leader, "SIGKILL");
}

/** Whether any process of the group goes on. */
export function groupGoesOn(leader: number): boolean {
  if (!HAS_GROUPS || !sendToGroup(leader, 0)) return false;
  // Signals reach one, too, that has ended and whose parent takes no note of it, ever: in a container where this process is
  // the first one, all are so that lost their parent. Only Linux is run like that, and it says who they are.
  return process.platform !== "linux" || linuxProcesses().some(([group, state]) => group === leader && state !== "Z");
}

/** `false` if there is no such group. */
function sendToGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch (error) {
    // The others: not ours to signal (a program that changed its user), so there is one.
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

function taskkill(leader: number, ...force: readonly string[]): void {
  const options = { stdio: "ignore", windowsHide: true } as const;
  // It fails when the process has ended by itself.
  spawn("taskkill", ["/PID", String(leader), "/T", ...force], options).on("error", () => {});
}

/** Group and state of every process that can be seen. */
function linuxProcesses(): (readonly [group: number, state: string])[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      // `pid (name) state parent group ...`, and the name may be anything.
      const [state = "", , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return [[Number(group), state] as const];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
