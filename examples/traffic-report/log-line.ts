const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const DASH = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const COLON = 0x3a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

const BAD = -1;
/** The response time of a line that tells none. */
export const NO_TIME = -1;

const MONTHS = new Map(
  ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map((name, index) => [
    (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2),
    index + 1,
  ]),
);

/**
 * Reads a line of the Combined Log Format from its bytes; made once and used for all lines, so that none costs an object.
 *
 *     host ident user [10/Oct/2000:13:55:36 -0700] "GET /path?query HTTP/1.1" 200 2326 "referer" "agent" 0.042
 *
 * The number after the agent, if there is one, is the response time: with a point, seconds (nginx's `$request_time`);
 * without, microseconds (Apache's `%D`). What stands behind it is ignored. Quotes in fields are escaped by a backslash.
 */
export class LogLine {
  hostEnd = 0;
  /** The path without its query; empty where the request is none of HTTP (`"-"`, a TLS handshake). */
  pathStart = 0;
  pathEnd = 0;
  status = 0;
  /** Of the body; 0 for `-`. */
  bytes = 0;
  /** Microseconds, or `NO_TIME`. */
  time = NO_TIME;
  /** Year, month, day and hour, as the line's own clock showed them, in one number. */
  hour = 0;

  /** Whether the bytes from `start` up to `end` are such a line; the fields are then set. */
  read(line: Uint8Array, start: number, end: number): boolean {
    let at = this.#readHost(line, start, end);
    if (at !== BAD) at = this.#readHour(line, at, end);
    if (at !== BAD) at = this.#readRequest(line, at, end);
    if (at !== BAD) at = this.#readAnswer(line, at, end);
    if (at !== BAD) at = afterQuoted(line, at, end);
    if (at === BAD || line[at] !== SPACE || line[at + 1] !== QUOTE) return false;
    at = afterQuoted(line, at + 2, end);
    return at !== BAD && this.#readTime(line, at, end);
  }

  /** Host, ident and user; the user may have spaces in it, as Apache writes them. */
  #readHost(line: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && line[at] !== SPACE) at++;
    this.hostEnd = at;
    if (at === start) return BAD;
    for (at += 5; at < end; at++) if (line[at] === OPEN && line[at - 1] === SPACE) return at + 1;
    return BAD;
  }

  #readHour(line: Uint8Array, at: number, end: number): number {
    if (at + 29 > end || line[at + 2] !== SLASH || line[at + 6] !== SLASH || line[at + 11] !== COLON) return BAD;
    if (line[at + 26] !== CLOSE || line[at + 27] !== SPACE || line[at + 28] !== QUOTE) return BAD;
    const name = ((line[at + 3] as number) << 16) | ((line[at + 4] as number) << 8) | (line[at + 5] as number);
    const month = MONTHS.get(name);
    const day = twoDigits(line, at);
    const year = twoDigits(line, at + 7) * 100 + twoDigits(line, at + 9);
    const hour = twoDigits(line, at + 12);
    if (month === undefined || !(day >= 1 && day <= 31 && hour <= 23 && year >= 0)) return BAD;
    this.hour = ((year * 100 + month) * 100 + day) * 100 + hour;
    return at + 29;
  }

  #readRequest(line: Uint8Array, start: number, end: number): number {
    const after = afterQuoted(line, start, end);
    if (after === BAD || line[after] !== SPACE) return BAD;
    let at = start;
    while (isCapital(line[at] as number)) at++;
    this.pathStart = this.pathEnd = at + 1;
    if (at === start || line[at] !== SPACE) return after + 1;
    for (at++; at < after - 1; at++) {
      const byte = line[at];
      if (byte === SPACE || byte === QUESTION || byte === HASH) break;
    }
    this.pathEnd = at;
    return after + 1;
  }

  /** Status and size; ends behind the quote that opens the referer. */
  #readAnswer(line: Uint8Array, start: number, end: number): number {
    if (start + 4 > end || line[start + 3] !== SPACE) return BAD;
    this.status = twoDigits(line, start) * 10 + digit(line, start + 2);
    if (!(this.status >= 100)) return BAD;
    let at = start + 4;
    this.bytes = 0;
    if (line[at] === DASH) at++;
    else {
      const first = at;
      for (; at < end && isDigit(line[at] as number); at++) this.bytes = this.bytes * 10 + (line[at] as number) - ZERO;
      if (at === first) return BAD;
    }
    return at + 2 <= end && line[at] === SPACE && line[at + 1] === QUOTE ? at + 2 : BAD;
  }

  #readTime(line: Uint8Array, start: number, end: number): boolean {
    this.time = NO_TIME;
    if (start >= end) return true;
    if (line[start] !== SPACE) return false;
    let value = 0;
    let unit = 1;
    let hasPoint = false;
    let at = start + 1;
    for (; at < end && line[at] !== SPACE; at++) {
      const byte = line[at] as number;
      if (byte === DOT && !hasPoint) hasPoint = true;
      else if (isDigit(byte)) {
        value = value * 10 + byte - ZERO;
        if (hasPoint) unit *= 10;
      } else return true;
    }
    if (at > start + 1) this.time = hasPoint ? (value * 1e6) / unit : value;
    return true;
  }
}

/** Where it goes on behind the closing quote. */
function afterQuoted(line: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = line[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  return BAD;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function digit(line: Uint8Array, at: number): number {
  const byte = line[at] as number;
  return isDigit(byte) ? byte - ZERO : Number.NaN;
}

function twoDigits(line: Uint8Array, at: number): number {
  return digit(line, at) * 10 + digit(line, at + 1);
}
