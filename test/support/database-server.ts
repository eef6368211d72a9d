import type { ServerProcess } from "./server-process.js";
import { removeFolder } from "./server-process.js";

/** What a server of one kind is made of. */
export interface DatabaseServerParts {
  readonly port: number;
  readonly folder: string;
  readonly process: ServerProcess;
  /** Asks it to end without waiting for its clients. */
  readonly endSignal: NodeJS.Signals;
}

/** A database of a test's, on a port of its own and in a folder of its own. */
export abstract class DatabaseServer implements AsyncDisposable {
  readonly port: number;
  /** Has everything that belongs to it. */
  readonly folder: string;
  readonly #process: ServerProcess;
  readonly #endSignal: NodeJS.Signals;

  protected constructor({ port, folder, process, endSignal }: DatabaseServerParts) {
    this.port = port;
    this.folder = folder;
    this.#process = process;
    this.#endSignal = endSignal;
  }

  protected abstract isReady(pid: number): boolean | Promise<boolean>;

  /** Starts it again, on the same port and with all that was committed; ends it before, if it runs. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#process.start((pid) => this.isReady(pid));
  }

  /** Asks it to end without waiting for its clients, and waits until it has. */
  async stop(): Promise<void> {
    await this.#process.end(this.#endSignal);
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
}
