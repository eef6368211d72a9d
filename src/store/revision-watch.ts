import type { Clock, ClockTimer } from "../clock/clock.js";
import type { KillMessage, StoreWatcher } from "./job-store.js";

/** How far a store is. */
export interface StoreNews {
  readonly revision: number;
  /** How many kill messages were ever sent. */
  readonly kills: number;
  /** Those that were asked for and are still there, oldest first. */
  readonly messages: readonly KillMessage[];
}

/** How a store is asked for news. */
export interface RevisionWatchParts {
  readonly clock: Clock;
  /** How often, when nobody says that there are some. */
  readonly pollMs: number;
  /** With the kill messages after the first `seenKills`; `null` for none of them. */
  ask(seenKills: number | null): Promise<StoreNews>;
}

/** How long it waits after a question that failed: at first, and at most. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** A message that may be older than this is for runs that have long ended. */
const KILL_COUNTS_MS = 30_000;

/** Finds out by asking for the revision, each so often and whenever it is told to, and tells a watcher what is new. */
export class RevisionWatch {
  readonly #parts: RevisionWatchParts;
  readonly #watcher: StoreWatcher;
  #revision: number;
  #kills: number;
  /** When the last question that had an answer was asked, by the monotonic clock. */
  #heardAt: number;
  #timer: ClockTimer | null = null;
  #pauseMs = 0;
  #asking = false;
  #again = false;
  #ended = false;

  private constructor(parts: RevisionWatchParts, watcher: StoreWatcher, news: StoreNews, heardAt: number) {
    this.#parts = parts;
    this.#watcher = watcher;
    this.#revision = news.revision;
    this.#kills = news.kills;
    this.#heardAt = heardAt;
  }

  /** Resolves when it knows from where it counts. Rejects when the store does not say. */
  static async begin(parts: RevisionWatchParts, watcher: StoreWatcher): Promise<RevisionWatch> {
    const heardAt = parts.clock.monotonic();
    const watch = new RevisionWatch(parts, watcher, await parts.ask(null), heardAt);
    watch.#arm(parts.pollMs);
    return watch;
  }

  /** Asks now: there may be news. */
  nudge(): void {
    this.#again = true;
    if (!this.#asking && !this.#ended) void this.#ask();
  }

  end(): void {
    this.#ended = true;
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    const { clock, pollMs } = this.#parts;
    this.#timer?.cancel();
    this.#asking = true;
    this.#again = false;
    const askedAt = clock.monotonic();
    try {
      const news = await this.#parts.ask(this.#kills);
      if (!this.#ended) this.#tell(news, askedAt);
    } catch (error) {
      if (!this.#ended) this.#failed(error);
    }
    this.#asking = false;
    if (this.#ended) return;
    if (this.#again && this.#pauseMs === 0) await this.#ask();
    else this.#arm(this.#pauseMs === 0 ? pollMs : Math.min(pollMs, this.#pauseMs));
  }

  #arm(ms: number): void {
    if (this.#ended) return;
    this.#timer = this.#parts.clock.setTimer(ms, () => void this.#ask(), { ref: false });
  }

  #tell({ revision, kills, messages }: StoreNews, askedAt: number): void {
    const [before, silentMs] = [this.#revision, askedAt - this.#heardAt];
    this.#revision = revision;
    this.#kills = kills;
    this.#heardAt = askedAt;
    if (this.#pauseMs > 0) this.#watcher.recovered();
    this.#pauseMs = 0;
    if (silentMs <= KILL_COUNTS_MS) for (const message of messages) this.#watcher.killed(message);
    // What goes back has been lost.
    if (revision !== before) this.#watcher.changed(revision > before ? revision : null);
  }

  #failed(error: unknown): void {
    if (this.#pauseMs === 0) this.#watcher.failed(error);
    this.#pauseMs = this.#pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}

/** A kill message as a store keeps it. */
export function killText({ jobName, reason, origin }: KillMessage): string {
  return JSON.stringify({ jobName, reason, origin });
}

/** Reads one. */
export function readKill(text: string): KillMessage {
  return JSON.parse(text) as KillMessage;
}
