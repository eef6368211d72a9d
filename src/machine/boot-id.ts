import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Names this start of the machine; `null` where the machine does not say. */
export function readBootId(): string | null {
  try {
    if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    if (process.platform !== "darwin") return null;
    const stdio = ["ignore", "pipe", "ignore"] as const;
    return execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], {
      encoding: "utf8",
      stdio: [...stdio],
    }).trim();
  } catch {
    return null;
  }
}
