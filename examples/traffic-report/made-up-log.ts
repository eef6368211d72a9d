import { logTime, secondAt } from "./day-curve.js";
import { Random, seedOf } from "./random.js";
import type { Session } from "./session.js";
import { newSession, nextRequest } from "./session.js";
import type { Route } from "./site.js";

/** One of the parts that a made-up log of `totalLines` is cut into; a part is one file. */
export interface LogPart {
  readonly seed: number;
  readonly index: number;
  readonly firstLine: number;
  readonly lines: number;
  readonly totalLines: number;
}

interface Answer {
  readonly status: number;
  readonly bytes: number;
  readonly seconds: number;
}

const LINES_A_DAY = 1_000_000;
const LONGEST_SPAN_DAYS = 7;
const CONCURRENT_SESSIONS = 300;
const MALFORMED_SHARE = 0.001;
const ORIGIN = "https://shop.example";

/** Makes the lines of one part, in the order of their time: a function of the part alone. */
export class MadeUpLog {
  readonly #part: LogPart;
  readonly #random: Random;
  readonly #sessions: Session[];
  readonly #days: number;
  #made = 0;
  #second = -1;
  #time = "";

  constructor(part: LogPart) {
    this.#part = part;
    this.#random = new Random(seedOf(part.seed, part.index));
    this.#sessions = Array.from({ length: CONCURRENT_SESSIONS }, () => newSession(this.#random));
    this.#days = Math.min(LONGEST_SPAN_DAYS, Math.max(1, Math.round(part.totalLines / LINES_A_DAY)));
  }

  /** The next line, without its line end. */
  next(): string {
    this.#advance();
    const [from, route] = this.#request();
    const { status, bytes, seconds } = this.#answer(route, from);
    const size = status === 304 ? "-" : bytes;
    const request = `${route.method ?? "GET"} ${route.path}${route.query ?? ""} HTTP/1.1`;
    const head = `${from.host} - ${from.user} [${this.#time}] "${request}" ${status} ${size}`;
    if (route.cached !== true && from.kind === "visitor") from.referer = ORIGIN + route.path;
    const line = `${head} "${from.referer}" "${from.agent}" ${seconds.toFixed(3)}`;
    return this.#random.chance(MALFORMED_SHARE) ? this.#damaged(line, head.length) : line;
  }

  #advance(): void {
    const { firstLine, totalLines } = this.#part;
    const second = secondAt((firstLine + this.#made++) / totalLines, this.#days);
    if (second === this.#second) return;
    this.#second = second;
    this.#time = logTime(second);
  }

  #request(): [Session, Route] {
    const place = this.#random.below(CONCURRENT_SESSIONS);
    for (;;) {
      const from = this.#sessions[place] as Session;
      const route = nextRequest(from, this.#random);
      if (route !== undefined) return [from, route];
      this.#sessions[place] = newSession(this.#random);
    }
  }

  #answer(route: Route, from: Session): Answer {
    const random = this.#random;
    const troubled = this.#inIncident() && route.cached !== true;
    const status = this.#status(route, from, troubled);
    const bytes = status >= 400 ? 560 : route.cached ? route.medianBytes : random.logNormal(route.medianBytes, 0.3);
    const slowness = troubled ? 7 : 1;
    return {
      status,
      bytes: Math.round(bytes),
      seconds: (random.logNormal(route.medianMs, route.sigma) * slowness) / 1e3,
    };
  }

  #status(route: Route, from: Session, troubled: boolean): number {
    const dice = this.#random.next();
    if (from.kind === "scanner") return dice < 0.1 ? 403 : 404;
    if (troubled && dice < 0.2) return 503;
    if (route.cached) return dice < 0.35 ? 304 : 200;
    if (dice < 0.02) return 301;
    if (dice < 0.035) return 404;
    if (dice < 0.038) return 500;
    return route.method === "POST" ? 201 : 200;
  }

  /** On the last day the database is slow for 40 minutes; the report should show it. */
  #inIncident(): boolean {
    const inLastDay = this.#second - (this.#days - 1) * 86_400;
    return inLastDay >= 14.25 * 3_600 && inLastDay < 14.9 * 3_600;
  }

  /** Cut off while it was written, or not of this log at all. */
  #damaged(line: string, headLength: number): string {
    const dice = this.#random.next();
    if (dice < 0.6) return line.slice(0, 1 + this.#random.below(headLength));
    if (dice < 0.8) return `\\x16\\x03\\x01\\x02 ${line.slice(20, 60)}`;
    return `[error] 1207#0: *${this.#random.below(1e6)} upstream timed out while reading response header`;
  }
}
