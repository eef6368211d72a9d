import { accessSync, constants, mkdirSync, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InvalidOptionError, PunctualError } from "../errors.js";

/** Linux's numbers of file systems that other machines share: a lock there is not the kernel's own. */
const SHARED_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x5346414f, "AFS"],
]);

/** The directory's absolute path; it is made where it is missing. @throws InvalidOptionError, PunctualError with code `FLOCK_UNSUPPORTED` */
export function usableDirectory(directory: unknown): string {
  if (typeof directory !== "string" || directory === "")
    throw new InvalidOptionError("directory", "the path of a directory", directory);
  const path = resolve(directory);
  try {
    makeDirectory(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidOptionError("directory", `a directory that can be written to (${code})`, directory);
  }
  const shared = process.platform === "linux" ? sharedFileSystem(statfsSync(path).type) : undefined;
  if (shared === undefined) return path;
  throw new PunctualError(
    "FLOCK_UNSUPPORTED",
    `directory: ${path} is on ${shared}; flock needs a disk of this machine`,
  );
}

/** What the file system is called if other machines may have it, too; `type` is that of Linux's statfs. */
export function sharedFileSystem(type: number): string | undefined {
  // Some of them have the highest of 32 bits set, which may have become a sign.
  return SHARED_FILE_SYSTEMS.get(type >>> 0);
}

/** And all above it. Node's own way to do that goes on for ever where a directory can have no others, as in /proc. */
function makeDirectory(path: string): void {
  if (makeOne(path)) return;
  makeDirectory(dirname(path));
  if (!makeOne(path)) mkdirSync(path);
}

/** `false` if there is none above it; another process may make it at the same time. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (code !== "EEXIST" || !statSync(path).isDirectory()) throw error;
  }
  return true;
}
