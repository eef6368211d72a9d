import type { Random } from "./random.js";
import type { Route } from "./site.js";
import { ASSETS, BROWSERS, CRAWLERS, HEALTH, PAGES, PROBES, ROBOTS } from "./site.js";

/** One visit, asked for its requests one after the other. */
export interface Session {
  readonly host: string;
  readonly user: string;
  readonly agent: string;
  /** The page that the visitor is on. */
  referer: string;
  /** Requests that come next; the last one first. */
  readonly ahead: Route[];
  /** Pages still to be looked at. */
  pagesLeft: number;
  readonly kind: "visitor" | "crawler" | "scanner" | "monitor";
}

const DISTINCT_VISITORS = 60_000;
/** Visitors who come often: offices with one address for many, say. */
const FAVOURITES = 40;

/** Somebody comes: mostly people, some crawlers, now and then a scanner or the uptime monitor. */
export function newSession(random: Random): Session {
  const dice = random.next();
  if (dice < 0.93) return visitor(random);
  if (dice < 0.975) {
    const crawler = random.pick(CRAWLERS);
    return session("crawler", crawler.host, crawler.agent, 20 + random.below(60), [ROBOTS]);
  }
  if (dice < 0.99)
    return session("scanner", `45.155.205.${random.below(12)}`, "python-requests/2.31.0", 0, [...PROBES]);
  return session("monitor", "10.0.0.7", "UptimeProbe/3.2", 0, [HEALTH, HEALTH, HEALTH]);
}

/** The next request of a session; `undefined` when it is over. */
export function nextRequest(from: Session, random: Random): Route | undefined {
  const waiting = from.ahead.pop();
  if (waiting !== undefined || from.pagesLeft === 0) return waiting;
  from.pagesLeft--;
  const found = PAGES[random.zipf(PAGES.length)] as Route;
  if (from.kind === "visitor") {
    for (let count = random.below(4); count > 0; count--) from.ahead.push(ASSETS[random.zipf(ASSETS.length)] as Route);
  }
  return found;
}

function visitor(random: Random): Session {
  const user = random.chance(0.03) ? "j.doe" : "-";
  const from = session(
    "visitor",
    hostOf(random.zipf(DISTINCT_VISITORS) + random.below(FAVOURITES)),
    random.pick(BROWSERS),
    1 + random.zipf(12),
    [],
  );
  return { ...from, user, referer: random.chance(0.5) ? "https://www.google.com/" : "-" };
}

function session(kind: Session["kind"], host: string, agent: string, pagesLeft: number, ahead: Route[]): Session {
  return { kind, host, agent, pagesLeft, ahead, user: "-", referer: "-" };
}

/** The address of the n-th visitor; every eighth one's is of IP version 6. */
function hostOf(visitorNumber: number): string {
  const hash = Math.imul(visitorNumber + 1, 0x9e3779b1) >>> 0;
  if (visitorNumber % 8 === 5) return `2001:db8:${(hash >>> 16).toString(16)}::${(hash & 0xffff).toString(16)}`;
  return `${11 + (hash >>> 25)}.${(hash >>> 16) & 255}.${(hash >>> 8) & 255}.${hash & 255}`;
}
