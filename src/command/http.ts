import type { Execution, Executor, ExecutorRun } from "./command.js";
import { CommandError } from "./command-error.js";
import { describeCommand } from "./describe.js";
import type { HttpCommand, HttpResult, HttpStatusRange } from "./http-command.js";
import type { HttpRequest } from "./http-redirect.js";
import { redirectTarget, redirected } from "./http-redirect.js";
import { OutputTail } from "./output-tail.js";
import { shownUrl } from "./url-text.js";

const DEFAULT_SUCCESS_STATUS: readonly HttpStatusRange[] = ["2xx"];
const DEFAULT_MAX_REDIRECTS = 5;
const DEFAULT_OUTPUT_BYTES = 65_536;
const DEFAULT_MAX_BYTES = 10 * 1_024 * 1_024;

/** Performs http commands, with Node's own fetch. */
export class HttpExecutor implements Executor<HttpCommand> {
  execute(command: HttpCommand, run: ExecutorRun): Execution {
    const controller = new AbortController();
    const abort = (reason: Error): void => controller.abort(reason);
    return { result: perform(command, run, controller.signal), abort, terminate: abort };
  }

  async close(): Promise<void> {}
}

async function perform(command: HttpCommand, run: ExecutorRun, signal: AbortSignal): Promise<HttpResult> {
  try {
    const { response, url } = await follow(command, firstRequest(command, run), signal);
    return await read(command, response, url);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof CommandError) throw error;
    throw new CommandError("HTTP_FAILED", `${describeCommand(command)}: ${reasonOf(error)}`, {}, { cause: error });
  }
}

function firstRequest({ url, method, headers, body }: HttpCommand, run: ExecutorRun): HttpRequest {
  const sent = new Headers(headers);
  sent.set("x-punctual-run-id", run.id);
  const { traceparent } = run as { readonly traceparent?: string };
  if (traceparent !== undefined) sent.set("traceparent", traceparent);
  return { url: new URL(url), method, headers: sent, body };
}

/** Makes the request, and those that redirects lead to. fetch itself would follow 20, whatever one wants. */
async function follow(
  command: HttpCommand,
  first: HttpRequest,
  signal: AbortSignal,
): Promise<{ readonly response: Response; readonly url: URL }> {
  const { maxRedirects = DEFAULT_MAX_REDIRECTS } = command;
  let request = first;
  for (let count = 0; ; count++) {
    const { url, method, headers, body = null } = request;
    const response = await fetch(url, { method, headers, body, signal, redirect: "manual" });
    const target = redirectTarget(response);
    if (target === null || isSuccess(command, response.status)) return { response, url };
    await response.body?.cancel();
    if (count >= maxRedirects) throw redirectError(command, response, `more than ${maxRedirects} redirects`);
    const next = redirected(request, response.status, target);
    if (next === null) throw redirectError(command, response, "redirected to what cannot be asked by http");
    request = next;
  }
}

async function read(command: HttpCommand, response: Response, url: URL): Promise<HttpResult> {
  const { status } = response;
  const tail = new OutputTail(command.output ?? DEFAULT_OUTPUT_BYTES);
  const isWhole = await readBody(response, tail, command.maxBytes ?? DEFAULT_MAX_BYTES);
  const body = tail.toString();
  if (!isSuccess(command, status)) {
    const from = url.href === command.url ? "" : ` from ${shownUrl(url.href)}`;
    throw new CommandError("HTTP_STATUS", `${describeCommand(command)}: status ${status}${from}`, { status, body });
  }
  if (!isWhole) {
    const message = `${describeCommand(command)}: the body is larger than ${command.maxBytes ?? DEFAULT_MAX_BYTES} bytes`;
    throw new CommandError("HTTP_TOO_LARGE", message, { status, body });
  }
  const headers = headersOf(response);
  return Object.freeze({ status, headers, body, truncated: tail.truncated, url: url.href });
}

/** Reads a body until its end, or until it is too long: then the connection is given up, and `false` returned. */
async function readBody(response: Response, tail: OutputTail, maxBytes: number): Promise<boolean> {
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return false;
    tail.add(chunk);
  }
  return true;
}

function isSuccess({ successStatus = DEFAULT_SUCCESS_STATUS }: HttpCommand, status: number): boolean {
  return successStatus.some((range) => range === status || range === `${Math.floor(status / 100)}xx`);
}

function redirectError(command: HttpCommand, { status }: Response, what: string): CommandError {
  return new CommandError("HTTP_REDIRECTS", `${describeCommand(command)}: ${what}`, { status });
}

function headersOf({ headers }: Response): HttpResult["headers"] {
  return Object.freeze(Object.fromEntries([...headers.keys()].map((name) => [name, headers.get(name) ?? ""])));
}

/** fetch says no more than that it failed: why, says the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return "the request failed";
  // A connection that was tried by several addresses fails with all their errors, and without a message.
  return cause.message || (cause as { readonly code?: string }).code || cause.name;
}
