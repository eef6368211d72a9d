/** What an answer tells of a service's state. */
export interface SeenState {
  readonly token: number;
  readonly markMs: number | null;
  readonly heldUntilMs: number | null;
}

interface Seen {
  token: number;
  markMs: number;
  /** Until when the state has to be there, by the store's clock. */
  untilMs: number;
}

/** Services of which it is known what was seen; the rest, least lately asked about, is forgotten. */
const MAX_SEEN = 10_000;

/** What one instance of the driver has seen of the states of services: so it finds out when the store has lost one. */
export class SeenServices {
  readonly #retentionMs: number;
  readonly #services = new Map<string, Seen>();

  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs;
  }

  note(serviceName: string, { token, markMs, heldUntilMs }: SeenState): void {
    const seen = this.#services.get(serviceName) ?? { token: 0, markMs: -Infinity, untilMs: -Infinity };
    seen.token = Math.max(seen.token, token);
    seen.markMs = Math.max(seen.markMs, markMs ?? -Infinity);
    // A token is the time when it was given, or more: the server keeps it for the retention from then on.
    const keptUntilMs = seen.token > 0 ? seen.token + this.#retentionMs : -Infinity;
    seen.untilMs = Math.max(seen.untilMs, keptUntilMs, heldUntilMs ?? -Infinity);
    this.#services.delete(serviceName);
    this.#services.set(serviceName, seen);
    if (this.#services.size <= MAX_SEEN) return;
    for (const oldest of this.#services.keys()) {
      this.#services.delete(oldest);
      return;
    }
  }

  /** The mark, the token and until when, as a script takes them. */
  argumentsOf(serviceName: string): readonly [mark: string, token: string, until: string] {
    const seen = this.#services.get(serviceName);
    if (seen === undefined) return ["", "0", "0"];
    const { token, markMs, untilMs } = seen;
    return [
      Number.isFinite(markMs) ? String(markMs) : "",
      String(token),
      Number.isFinite(untilMs) ? String(untilMs) : "0",
    ];
  }
}
