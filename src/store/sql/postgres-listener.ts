import type { Clock, ClockTimer } from "../../clock/clock.js";

/** A pool of pg's, as far as listening needs it. */
export interface ListenPool {
  connect(): Promise<unknown>;
  readonly options?: { readonly max?: number };
}

interface ListenClient {
  query(text: string): Promise<unknown>;
  on(event: "notification" | "error" | "end", listener: () => void): unknown;
  /** With `true`, the pool does not keep it. */
  release(destroy: boolean): void;
  unref?(): void;
}

/** What listens. */
export interface PostgresListenerParts {
  readonly clock: Clock;
  readonly pool: ListenPool;
  readonly channel: string;
  /** Something was told, or may have been while nobody listened. */
  readonly onNews: () => void;
}

/** How long it waits before it connects again: at first, and at most. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Listens to a channel on one connection of the pool, and on another one when that is lost. */
export class PostgresListener {
  readonly #parts: PostgresListenerParts;
  #client: ListenClient | null = null;
  #timer: ClockTimer | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #listens = false;
  #ended = false;

  private constructor(parts: PostgresListenerParts) {
    this.#parts = parts;
  }

  /** Resolves when it listens. Rejects when it cannot. */
  static async begin(parts: PostgresListenerParts): Promise<PostgresListener> {
    const listener = new PostgresListener(parts);
    await listener.#listen();
    return listener;
  }

  end(): void {
    this.#ended = true;
    this.#timer?.cancel();
    const client = this.#client;
    this.#client = null;
    client?.release(true);
  }

  async #listen(): Promise<void> {
    const client = (await this.#parts.pool.connect()) as ListenClient;
    // These stay until the connection is gone: an error that nobody hears would end the process.
    for (const event of ["error", "end"] as const) client.on(event, () => this.#lost(client));
    client.on("notification", () => this.#parts.onNews());
    this.#client = client;
    try {
      await client.query(`listen "${this.#parts.channel}"`);
    } catch (error) {
      this.#free(client);
      throw error;
    }
    if (this.#ended) return this.#free(client);
    if (this.#client !== client) throw new Error("the connection was lost");
    // It does not keep the process: the scheduler does, as it is told to.
    client.unref?.();
    this.#listens = true;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  #lost(client: ListenClient): void {
    if (client !== this.#client) return;
    this.#free(client);
    // Else who tries to will hear of it.
    if (this.#listens) this.#tryLater();
    this.#listens = false;
  }

  #free(client: ListenClient): void {
    if (client !== this.#client) return;
    this.#client = null;
    client.release(true);
  }

  #tryLater(): void {
    if (this.#ended) return;
    this.#timer = this.#parts.clock.setTimer(this.#pauseMs, () => void this.#tryAgain(), { ref: false });
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#listen();
    } catch {
      // Polling tells of it.
      this.#tryLater();
      return;
    }
    if (!this.#ended) this.#parts.onNews();
  }
}
