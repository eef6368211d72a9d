import { execFileSync } from "node:child_process";

/** The ids of a group's processes. One that has ended and waits for its parent to take note is not one of them. */
export function groupOf(leader: number): number[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,pgid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, group, state]) => group === String(leader) && !state?.startsWith("Z"))
    .map(([pid]) => Number(pid));
}
