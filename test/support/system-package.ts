/** Programs that tests need and that npm does not bring: found, or installed with the system's package manager. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export interface SystemProgram {
  readonly name: string;
  /** The package of Debian and Ubuntu that has it. */
  readonly packageName: string;
  /** Folders to look in when it is not on PATH. */
  readonly folders?: () => readonly string[];
}

/** The folder of the program, which has the others of its package too. Installs the package if there is no such folder. */
export function programFolder(program: SystemProgram): string {
  const found = find(program);
  if (found !== undefined) return found;
  install(program);
  const installed = find(program);
  if (installed !== undefined) return installed;
  const { name, packageName } = program;
  throw new Error(`these tests need ${name} on PATH, and apt-get could not install ${packageName}, which has it`);
}

/** The folders below `root` that hold one version each, newest first, as `/usr/lib/postgresql/15`. */
export function versionFolders(root: string): string[] {
  try {
    const versions = readdirSync(root).sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a));
    return versions.map((version) => join(root, version));
  } catch {
    return [];
  }
}

function find({ name, folders }: SystemProgram): string | undefined {
  const { PATH = "" } = process.env;
  // Programs for the administrator are not on the PATH of everybody.
  const onPath = [...PATH.split(delimiter), "/usr/sbin"];
  const path = [...onPath, ...(folders?.() ?? [])].map((folder) => join(folder, name)).find(isProgram);
  return path && dirname(realpathSync(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install({ name, packageName }: SystemProgram): void {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  // Several test files may come to this at once: the lock of the package manager lets them wait for each other.
  const get = [...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120"];
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", packageName]]) {
    const [command = "", ...rest] = [...get, ...args];
    process.stdout.write(`${name} is not installed: ${[command, ...rest].join(" ")}\n`);
    spawnSync(command, rest, { stdio: "inherit" });
  }
}
