/** Real PostgreSQL servers for tests: each on a port of its own, in a folder of its own, and gone when the test is over. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseServer } from "./database-server.js";
import type { ServerUser } from "./server-process.js";
import { copyFolder, freePort, makeFolder, runAs, ServerProcess, serverUser, startedServer } from "./server-process.js";
import { programFolder, versionFolders } from "./system-package.js";

export interface PostgresServerOptions {
  /** Whether a commit is on the disk when it is answered; without, tests are faster. @default true */
  readonly fsync?: boolean;
  /** More settings, as `name=value`. */
  readonly settings?: readonly string[];
}

const POSTGRES = {
  name: "postgres",
  packageName: "postgresql",
  folders: () => versionFolders("/usr/lib/postgresql").map((folder) => join(folder, "bin")),
} as const;

interface Installed {
  readonly programs: string;
  readonly user: ServerUser;
  /** An empty database, to be copied: it takes a tenth of the time that making one takes. */
  readonly template: string;
}

let installed: Installed | null = null;

/** Its unix socket is in its folder: the `host` of a client that connects through that. */
export class PostgresServer extends DatabaseServer {
  private constructor(port: number, { programs, user, template }: Installed, options: PostgresServerOptions) {
    const folder = makeFolder("postgres", user);
    const data = dataOf(folder);
    copyFolder(template, data);
    const command = { program: join(programs, "postgres"), args: argsOf(data, folder, port, options) };
    super({ port, folder, process: new ServerProcess(command, user, folder), endSignal: "SIGINT" });
  }

  /** Resolves when it answers. */
  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    installed ??= install();
    return await startedServer(new PostgresServer(await freePort(), installed, options));
  }

  /** As `pg` takes it; any password is right. */
  get connection(): { readonly host: string; readonly port: number; readonly user: string; readonly database: string } {
    return { host: "127.0.0.1", port: this.port, user: "postgres", database: "postgres" };
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** It says so in the first and the last line of its pid file; the file of one that was killed is still there. */
  protected isReady(pid: number): boolean {
    try {
      const lines = readFileSync(join(dataOf(this.folder), "postmaster.pid"), "utf8")
        .trim()
        .split("\n");
      return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
    } catch {
      return false;
    }
  }
}

function dataOf(folder: string): string {
  return join(folder, "data");
}

function argsOf(data: string, sockets: string, port: number, options: PostgresServerOptions): string[] {
  const { fsync = true, settings = [] } = options;
  const address = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${sockets}`];
  const quick = fsync ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
  return ["-D", data, ...[...address, ...quick, ...settings].flatMap((setting) => ["-c", setting])];
}

function install(): Installed {
  const programs = programFolder(POSTGRES);
  const user = serverUser(["postgres"]);
  const folder = makeFolder("postgres-template", user);
  const template = join(folder, "data");
  const access = ["--username=postgres", "--auth=trust"];
  const args = ["-D", template, ...access, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"];
  runAs(user, { program: join(programs, "initdb"), args }, folder);
  return { programs, user, template };
}
