import { InvalidOptionError } from "../errors.js";
import type { OptionCheck } from "./command-options.js";
import {
  NOT_SHOWN,
  checkCount,
  checkList,
  checkOptions,
  checkOutput,
  checkRecord,
  frozenCopy,
  isCount,
} from "./command-options.js";
import { shownUrl } from "./url-text.js";

/** A status code, or all of its hundred, as `"2xx"`. */
export type HttpStatusRange = number | "2xx" | "3xx" | "4xx" | "5xx";

/** Options of `http()`. */
export interface HttpOptions {
  /** @default "GET", or "POST" if there is a body */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text, sent as it is; or any other value that JSON can hold, sent as JSON with `content-type: application/json`. */
  readonly body?: unknown;
  /** Which statuses count as success. A redirect's status that is named here is not followed. @default ["2xx"] */
  readonly successStatus?: readonly HttpStatusRange[];
  /** How many redirects are followed; with 0, a redirect is a failure. @default 5 */
  readonly maxRedirects?: number;
  /** How much of the end of the response's body is kept, in bytes, up to 64 MiB. @default 65536 */
  readonly output?: number;
  /** A body longer than this, in bytes after decompression, is a failure and read no further. @default 10485760 */
  readonly maxBytes?: number;
}

/** A command that makes an HTTP request: made by `http()`, and nothing but data that JSON can hold. */
export interface HttpCommand<Data = unknown, Result = HttpResult> extends Omit<HttpOptions, "body"> {
  readonly kind: "http";
  readonly url: string;
  readonly method: string;
  readonly body?: string;
  /** Carries the types alone; never set. */
  readonly types?: (data: Data) => Result;
}

/** What an http command's run results in. */
export interface HttpResult {
  readonly status: number;
  /** Names in lower case; values of a name that comes more than once are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** The last bytes of the body, as UTF-8; it does not begin within a character. */
  readonly body: string;
  /** Whether the body was longer than what is kept of it. */
  readonly truncated: boolean;
  /** Where the response came from, after redirects. */
  readonly url: string;
}

/** What the request says by itself, and Node refuses to be told. */
const OWN_HEADERS: readonly string[] = [
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
];
/** What fetch refuses, as these are for proxies and debuggers. */
const REFUSED_METHODS: readonly string[] = ["CONNECT", "TRACE", "TRACK"];

const OPTIONS: Readonly<Record<keyof HttpOptions, OptionCheck>> = {
  method: checkMethod,
  headers: checkHeaders,
  body: checkBody,
  successStatus: (value, path) =>
    checkList(value, path, 'statuses from 200 to 599, or "2xx", "3xx", "4xx", "5xx"', isStatusRange),
  maxRedirects: (value, path) => checkCount(value, path, 0),
  output: checkOutput,
  maxBytes: (value, path) => checkCount(value, path, 0),
};

/**
 * A command that makes an HTTP request: `http("https://example.test/ping")`. Redirects are followed, up to a number; the
 * job's `timeout` ends a request that takes too long. A run fails with a CommandError of code `HTTP_STATUS`, `HTTP_FAILED`,
 * `HTTP_TOO_LARGE` or `HTTP_REDIRECTS`.
 * @throws InvalidOptionError
 */
export function http(url: URL | string, options: HttpOptions = {}): HttpCommand {
  checkOptions(options, OPTIONS);
  const { body, headers, method, ...rest } = options;
  const request = requestOf(method, headers, body);
  return frozenCopy<HttpCommand>({ kind: "http", url: checkedUrl(url), ...request, ...rest });
}

/** Whether the command was made by `http()`, here or before it was stored as JSON. */
export function isHttpCommand(command: unknown): command is HttpCommand {
  if (typeof command !== "object" || command === null) return false;
  const { kind, url, method } = command as Partial<Record<keyof HttpCommand, unknown>>;
  return kind === "http" && typeof url === "string" && typeof method === "string";
}

function requestOf(
  given: string | undefined,
  headers: HttpOptions["headers"],
  body: unknown,
): Pick<HttpCommand, "method" | "headers" | "body"> {
  const method = given?.toUpperCase() ?? (body === undefined ? "GET" : "POST");
  const named =
    headers && Object.fromEntries(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]));
  if (body === undefined) return { method, ...(named && { headers: named }) };
  if (method === "GET" || method === "HEAD") {
    throw new InvalidOptionError("body", `none with the method ${method}`, NOT_SHOWN);
  }
  if (typeof body === "string") return { method, body, ...(named && { headers: named }) };
  return { method, body: JSON.stringify(body), headers: { "content-type": "application/json", ...named } };
}

function checkedUrl(given: unknown): string {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== "string") throw new InvalidOptionError("url", "an http: or https: URL", given);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new InvalidOptionError("url", "an absolute http: or https: URL", shownUrl(text));
  }
  if (url.username !== "" || url.password !== "") {
    const expected = "no user and password in it: they belong in an authorization header";
    throw new InvalidOptionError("url", expected, shownUrl(text));
  }
  url.hash = "";
  return url.href;
}

function checkMethod(value: unknown, path: string): void {
  const isToken = typeof value === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
  if (isToken && !REFUSED_METHODS.includes(value.toUpperCase())) return;
  throw new InvalidOptionError(path, 'an HTTP method, such as "PUT"', value);
}

function checkHeaders(headers: unknown): void {
  checkRecord(headers, "headers");
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const path = `headers.${name}`;
    const lower = name.toLowerCase();
    if (OWN_HEADERS.includes(lower)) throw new InvalidOptionError(path, "no header that the request sets itself", name);
    if (seen.has(lower)) throw new InvalidOptionError(path, "each header once, in whatever case", name);
    seen.add(lower);
    if (!isHeader(name, value)) throw new InvalidOptionError(path, "the name and the text of a header", NOT_SHOWN);
  }
}

function isHeader(name: string, value: unknown): boolean {
  try {
    new Headers([[name, value as string]]);
    return typeof value === "string";
  } catch {
    return false;
  }
}

function checkBody(body: unknown, path: string): void {
  if (!isJson(body)) throw new InvalidOptionError(path, "a text, or a value that JSON can hold", NOT_SHOWN);
}

function isJson(body: unknown): boolean {
  try {
    return isPlain(body) && JSON.stringify(body) !== undefined;
  } catch {
    return false;
  }
}

/** Not so: what fetch takes for a body beside a text (forms, streams, bytes), and would be `{}` or worse as JSON. */
function isPlain(body: unknown): boolean {
  if (typeof body === "number") return Number.isFinite(body);
  if (typeof body !== "object" || body === null || Array.isArray(body)) return true;
  if (ArrayBuffer.isView(body)) return false;
  const prototype: unknown = Object.getPrototypeOf(body);
  return (
    prototype === null || prototype === Object.prototype || typeof (body as { toJSON?: unknown }).toJSON === "function"
  );
}

function isStatusRange(value: unknown): boolean {
  return isCount(value, 200, 599) || (typeof value === "string" && /^[2-5]xx$/.test(value));
}
