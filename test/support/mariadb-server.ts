/** Real MariaDB servers for tests: each on a port of its own, in a folder of its own, and gone when the test is over. */
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseServer } from "./database-server.js";
import type { ServerUser } from "./server-process.js";
import { copyFolder, freePort, makeFolder, runAs, ServerProcess, serverUser, startedServer } from "./server-process.js";
import { programFolder } from "./system-package.js";

const ANSWER_LIMIT_MS = 1_000;

export interface MariaDbServerOptions {
  /** Whether a commit is on the disk when it is answered; without, tests are faster. @default true */
  readonly fsync?: boolean;
  /** More settings, as on the command line. */
  readonly settings?: readonly string[];
}

const MARIADB = { name: "mariadbd", packageName: "mariadb-server-core" } as const;

/** Those of an empty database, which a server that uses it has to have too. */
const STORAGE = ["--innodb-log-file-size=8M", "--innodb-autoextend-increment=8"];

interface Installed {
  readonly program: string;
  readonly user: ServerUser;
  /** An empty database, to be copied. */
  readonly template: string;
}

let installed: Installed | null = null;

export class MariaDbServer extends DatabaseServer {
  private constructor(port: number, { program, user, template }: Installed, options: MariaDbServerOptions) {
    const folder = makeFolder("mariadb", user);
    const data = join(folder, "data");
    copyFolder(template, data);
    const process = new ServerProcess({ program, args: argsOf(folder, data, port, options) }, user, folder);
    super({ port, folder, process, endSignal: "SIGTERM" });
  }

  /** Resolves when it answers. */
  static async start(options: MariaDbServerOptions = {}): Promise<MariaDbServer> {
    installed ??= install();
    return await startedServer(new MariaDbServer(await freePort(), installed, options));
  }

  /** As `mysql2` takes it; there is no password. */
  get connection(): { readonly host: string; readonly port: number; readonly user: string; readonly database: string } {
    return { host: "127.0.0.1", port: this.port, user: "root", database: "test" };
  }

  get url(): string {
    return `mysql://root@127.0.0.1:${this.port}/test`;
  }

  protected isReady(): Promise<boolean> {
    return greets(this.port);
  }
}

function argsOf(folder: string, data: string, port: number, options: MariaDbServerOptions): string[] {
  const { fsync = true, settings = [] } = options;
  const files = [`--datadir=${data}`, `--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`];
  const address = [`--port=${port}`, "--bind-address=127.0.0.1", "--skip-name-resolve"];
  const durable = `--innodb-flush-log-at-trx-commit=${fsync ? 1 : 2}`;
  // As Debian sets it; MariaDB's own is latin1.
  const text = "--character-set-server=utf8mb4";
  return [
    "--no-defaults",
    ...files,
    ...address,
    ...STORAGE,
    "--innodb-buffer-pool-size=32M",
    durable,
    text,
    ...settings,
  ];
}

/** Whether it begins a connection as a server of this kind that takes clients does: with version 10 of the protocol. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(ANSWER_LIMIT_MS, () => end(false));
    socket.once("data", (greeting) => end(greeting[4] === 10));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** What mariadb-install-db does, without the help texts and without the client's package, which that needs. */
function install(): Installed {
  const programs = programFolder(MARIADB);
  const program = join(programs, MARIADB.name);
  const user = serverUser(["mysql"]);
  const folder = makeFolder("mariadb-template", user);
  const template = join(folder, "data");
  runAs(user, { program: "mkdir", args: [template] }, folder);
  const storage = ["--no-defaults", "--bootstrap", `--datadir=${template}`, ...STORAGE, "--enforce-storage-engine="];
  const quick = ["--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=8M", "--net-buffer-length=16K"];
  runAs(user, { program, args: [...storage, ...quick], input: systemTables(programs) }, folder);
  return { program, user, template };
}

/** The SQL of the system's own tables and of a user `root` without a password. */
function systemTables(programs: string): string {
  const names = ["mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql"];
  const shared = ["mysql", "mariadb"].map((name) => join(programs, "..", "share", name));
  const folder = shared.find((each) => existsSync(join(each, names[0] as string)));
  if (folder === undefined) throw new Error(`${names[0]} is not in ${shared.join(" or ")}`);
  const tables = names.map((name) => readFileSync(join(folder, name), "utf8"));
  // One statement a line is what it reads.
  const begin = ["create database mysql;", "create database test;", "use mysql;", "set @auth_root_socket = null;"];
  return [...begin, ...tables].join("\n");
}
