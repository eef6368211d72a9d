/** Real PostgreSQL servers for tests: each on a port of its own, in a folder of its own, and gone when the test is over. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerUser } from "./server-process.js";
import { copyFolder, freePort, makeFolder, removeFolder, runAs, ServerProcess, serverUser } from "./server-process.js";
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

export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  /** Has everything that belongs to it, also its unix socket: the `host` of a client that connects through that. */
  readonly folder: string;
  readonly #process: ServerProcess;

  private constructor(port: number, { programs, user, template }: Installed, options: PostgresServerOptions) {
    this.port = port;
    this.folder = makeFolder("postgres", user);
    copyFolder(template, this.#data);
    const command = { program: join(programs, "postgres"), args: argsOf(this.#data, this.folder, port, options) };
    this.#process = new ServerProcess(command, user, this.folder);
  }

  /** Resolves when it answers. */
  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    installed ??= install();
    const server = new PostgresServer(await freePort(), installed, options);
    try {
      await server.restart();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** As `pg` takes it; any password is right. */
  get connection(): { readonly host: string; readonly port: number; readonly user: string; readonly database: string } {
    return { host: "127.0.0.1", port: this.port, user: "postgres", database: "postgres" };
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it again, on the same port and with all that was committed; ends it before, if it runs. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#process.start((pid) => this.#isReady(pid));
  }

  /** Asks it to end without waiting for its clients, and waits until it has. */
  async stop(): Promise<void> {
    await this.#process.end("SIGINT");
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** It takes connections, and does nothing, also on those that it has, until `resume`. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    removeFolder(this.folder);
  }

  get #data(): string {
    return join(this.folder, "data");
  }

  /** It says so in the first and the last line of its pid file; the file of one that was killed is still there. */
  #isReady(pid: number): boolean {
    try {
      const lines = readFileSync(join(this.#data, "postmaster.pid"), "utf8").trim().split("\n");
      return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
    } catch {
      return false;
    }
  }
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
