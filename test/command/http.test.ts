import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CommandError } from "../../src/command/command-error.js";
import { describeCommand } from "../../src/command/describe.js";
import { HttpExecutor } from "../../src/command/http.js";
import type { HttpOptions, HttpResult } from "../../src/command/http-command.js";
import { http, isHttpCommand } from "../../src/command/http-command.js";
import { InvalidOptionError, PunctualError } from "../../src/errors.js";
import { executorRun, messageOf } from "../support/executor-run.js";

/** A request as the server saw it. */
interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const executor = new HttpExecutor();
const seen: Seen[] = [];
let servers: readonly Server[] = [];
let base = "";
/** The same server by another name of the machine: another origin. */
let other = "";
let answer: Answer = (_request, response) => void response.end("ok");

async function listen(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  servers = [await listen(), await listen()];
  [base = "", other = ""] = servers.map(originOf);
});
afterEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Answers the first requests as told, and all further ones with "ok". */
function answers(...list: readonly Answer[]): void {
  const left = [...list];
  answer = (request, response) => (left.shift() ?? ((_, its) => void its.end("ok")))(request, response);
}
const status =
  (code: number, headers: Record<string, string | string[]> = {}, body: string | Buffer = ""): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);
const redirect = (code: number, location: string): Answer => status(code, { location }, "moved");

async function run(
  path: string,
  options: HttpOptions = {},
  changes: Record<string, unknown> = {},
): Promise<HttpResult> {
  const url = path.startsWith("/") ? base + path : path;
  return (await executor.execute(http(url, options), executorRun(changes)).result) as HttpResult;
}

async function failure(path: string, options: HttpOptions = {}): Promise<CommandError> {
  const error = await run(path, options).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CommandError);
  return error as CommandError;
}

describe("http()", () => {
  it("is plain data that JSON can hold, and does not share the caller's objects", () => {
    const headers = { Accept: "text/plain" };
    const successStatus = [200, "4xx"] as const;
    const command = http(new URL("https://example.test/a?b=c#d"), { headers, successStatus, maxRedirects: 0 });
    headers.Accept = "changed";
    const data = {
      kind: "http",
      url: "https://example.test/a?b=c",
      method: "GET",
      headers: { accept: "text/plain" },
      successStatus: [200, "4xx"],
      maxRedirects: 0,
    };
    expect(command).toEqual(data);
    expect(JSON.parse(JSON.stringify(command))).toEqual(data);
    for (const part of [command, command.headers, command.successStatus]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.keys(http("http://a.test", { output: undefined as never }))).toEqual(["kind", "url", "method"]);
  });

  it("is known again, also after it was stored", () => {
    expect(isHttpCommand(http("http://a.test"))).toBe(true);
    expect(isHttpCommand(JSON.parse(JSON.stringify(http("http://a.test"))))).toBe(true);
    for (const thing of [
      null,
      undefined,
      "http",
      () => {},
      {},
      { kind: "shell" },
      { kind: "http", url: "http://a.test" },
    ]) {
      expect(isHttpCommand(thing)).toBe(false);
    }
  });

  const json = { "content-type": "application/json" };
  it.each<[string, HttpOptions, object]>([
    ["nothing", {}, { method: "GET" }],
    ["a text", { body: "a=1" }, { method: "POST", body: "a=1" }],
    ["an empty text", { body: "" }, { method: "POST", body: "" }],
    ["an object", { body: { a: [1, null] } }, { method: "POST", body: '{"a":[1,null]}', headers: json }],
    ["a list", { body: [] }, { method: "POST", body: "[]", headers: json }],
    ["null", { body: null }, { method: "POST", body: "null", headers: json }],
    ["a number", { body: 0 }, { method: "POST", body: "0", headers: json }],
    ["false", { body: false }, { method: "POST", body: "false", headers: json }],
    ["what has a toJSON", { body: new Date(0) }, { method: "POST", body: '"1970-01-01T00:00:00.000Z"', headers: json }],
    ["a method in lower case", { method: "patch", body: "a" }, { method: "PATCH", body: "a" }],
    [
      "a type of its own",
      { method: "PUT", body: {}, headers: { "Content-Type": "application/x+json" } },
      { method: "PUT", body: "{}", headers: { "content-type": "application/x+json" } },
    ],
  ])("makes a request of %s", (_what, options, request) => {
    expect(http("http://a.test", options)).toEqual({ kind: "http", url: "http://a.test/", ...request });
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  it.each<[string, () => unknown, path: string]>([
    ["no URL", () => http(undefined as never), "url"],
    ["an empty URL", () => http(""), "url"],
    ["a URL without protocol", () => http("example.test/ping"), "url"],
    ["a path", () => http("/ping"), "url"],
    ["another protocol", () => http("ftp://example.test/"), "url"],
    ["a file", () => http(new URL("file:///etc/passwd")), "url"],
    ["a user in the URL", () => http("https://me@example.test/"), "url"],
    ["a password in the URL", () => http("https://:secret@example.test/"), "url"],
    ["options that are none", () => http("http://a.test", 5 as never), "options"],
    ["an unknown option", () => http("http://a.test", { timeout: 5 } as never), "timeout"],
    ["a method that is none", () => http("http://a.test", { method: "GET /" }), "method"],
    ["an empty method", () => http("http://a.test", { method: "" }), "method"],
    ["a method that fetch refuses", () => http("http://a.test", { method: "connect" }), "method"],
    [
      "headers that are none",
      () => http("http://a.test", { headers: new Map() as never, method: 1 as never }),
      "method",
    ],
    ["headers that are a list", () => http("http://a.test", { headers: [["a", "b"]] as never }), "headers"],
    ["a header's name that is none", () => http("http://a.test", { headers: { "a b": "c" } }), "headers.a b"],
    ["a header with a line feed", () => http("http://a.test", { headers: { a: "b\nc" } }), "headers.a"],
    ["a header that is no Latin", () => http("http://a.test", { headers: { a: "→" } }), "headers.a"],
    ["a header that is no text", () => http("http://a.test", { headers: { a: 1 as never } }), "headers.a"],
    ["a header twice", () => http("http://a.test", { headers: { a: "1", A: "2" } }), "headers.A"],
    [
      "a length of the body",
      () => http("http://a.test", { headers: { "Content-Length": "1" } }),
      "headers.Content-Length",
    ],
    ["a body with GET", () => http("http://a.test", { method: "GET", body: "a" }), "body"],
    ["a body with HEAD", () => http("http://a.test", { method: "head", body: {} }), "body"],
    ["a body that is a ring", () => http("http://a.test", { body: cyclic }), "body"],
    ["a body that is a bigint", () => http("http://a.test", { body: 1n }), "body"],
    ["a body that is a function", () => http("http://a.test", { body: () => {} }), "body"],
    ["a body that is not finite", () => http("http://a.test", { body: Number.NaN }), "body"],
    ["a body of bytes", () => http("http://a.test", { body: Buffer.from("a") }), "body"],
    ["a body that is a form", () => http("http://a.test", { body: new URLSearchParams("a=1") }), "body"],
    ["no success status", () => http("http://a.test", { successStatus: [] }), "successStatus"],
    ["a success status too low", () => http("http://a.test", { successStatus: [100] }), "successStatus[0]"],
    [
      "a range that is none",
      () => http("http://a.test", { successStatus: ["2xx", "6xx" as never] }),
      "successStatus[1]",
    ],
    ["redirects below 0", () => http("http://a.test", { maxRedirects: -1 }), "maxRedirects"],
    ["endless redirects", () => http("http://a.test", { maxRedirects: Number.POSITIVE_INFINITY }), "maxRedirects"],
    ["an output that is too large", () => http("http://a.test", { output: 2 ** 27 }), "output"],
    ["a size that is no number", () => http("http://a.test", { maxBytes: "10" as never }), "maxBytes"],
  ])("refuses %s", (_what, make, path) => {
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
  });

  it("shows no secret in its errors, and says where a password belongs", () => {
    const secrets: readonly (() => unknown)[] = [
      () => http("https://me:secret@example.test/?key=secret#secret"),
      () => http("ftp://me:secret@example.test/?key=secret"),
      () => http("me:secret@example.test?key=secret"),
      () => http("//me:secret@example.test/p@th?key=secret"),
      () => http("http://a.test", { headers: { authorization: "secret\nx" } }),
      () => http("http://a.test", { headers: { authorization: ["secret"] as never } }),
      () => http("http://a.test", { method: "GET", body: "secret" }),
      () => http("http://a.test", { auth: "secret" } as never),
    ];
    for (const make of secrets) expect(messageOf(make)).not.toContain("secret");
    expect(secrets[0]).toThrow(/they belong in an authorization header, given "https:\/\/example\.test\/\?…"/);
  });
});

describe("describe()", () => {
  it.each<[string, HttpOptions, string]>([
    ["https://example.test/ping", {}, "GET https://example.test/ping"],
    ["https://example.test:8443/a/b?key=secret#x", { body: "secret" }, "POST https://example.test:8443/a/b?…"],
    ["http://a.test", { method: "PUT", headers: { authorization: "secret" } }, "PUT http://a.test/"],
  ])("shows %s", (url, options, text) => expect(describeCommand(http(url, options))).toBe(text));
});

describe("an http command", () => {
  it("makes its request, and gives the response", async () => {
    answers(status(201, { "X-One": "1", "set-cookie": ["a=1", "b=2"] }, "grüße"));
    const result = await run("/ping?a=b");
    expect(result).toMatchObject({ status: 201, body: "grüße", truncated: false, url: `${base}/ping?a=b` });
    expect(result.headers).toMatchObject({ "x-one": "1", "set-cookie": "a=1, b=2" });
    expect([Object.isFrozen(result), Object.isFrozen(result.headers)]).toEqual([true, true]);
    expect(seen).toMatchObject([{ method: "GET", url: "/ping?a=b", body: "" }]);
  });

  it("sends method, headers and body", async () => {
    answers();
    await run("/", { method: "PUT", body: { name: "ä" }, headers: { Authorization: "Bearer x" } });
    await run("/", { body: "plain" });
    expect(seen).toMatchObject([
      {
        method: "PUT",
        body: '{"name":"ä"}',
        headers: { authorization: "Bearer x", "content-type": "application/json" },
      },
      { method: "POST", body: "plain", headers: { "content-type": "text/plain;charset=UTF-8" } },
    ]);
  });

  it("names its run, and the trace if there is one", async () => {
    answers();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = { "X-Punctual-Run-Id": "mine" };
    await run("/", { headers }, { id: "run-7", traceparent });
    await run("/");
    expect(seen[0]?.headers).toMatchObject({ "x-punctual-run-id": "run-7", traceparent });
    expect(seen[1]?.headers).not.toHaveProperty("traceparent");
  });

  it("runs as it was stored", async () => {
    answers();
    const stored = JSON.parse(JSON.stringify(http(`${base}/`, { body: [1] })));
    expect(await executor.execute(stored, executorRun()).result).toMatchObject({ status: 200 });
    expect(seen).toMatchObject([{ method: "POST", body: "[1]" }]);
    await executor.close();
  });

  it("has no body to read with HEAD", async () => {
    answers(status(200, { "content-length": "100000000" }));
    expect(await run("/", { method: "HEAD" })).toMatchObject({ body: "", truncated: false });
  });

  it.each<[code: number, HttpOptions["successStatus"], boolean]>([
    [200, undefined, true],
    [299, undefined, true],
    [304, undefined, false],
    [404, undefined, false],
    [404, [200, 404], true],
    [200, [404], false],
    [418, ["4xx"], true],
    [503, ["2xx", "5xx"], true],
    [302, ["3xx"], true],
    [302, undefined, false],
  ])("with status %i counts by %j as success: %s", async (code, successStatus, ok) => {
    answers(status(code, {}, code === 304 ? "" : "text"));
    const options = successStatus === undefined ? {} : { successStatus };
    if (ok) expect(await run("/", options)).toMatchObject({ status: code, body: "text" });
    else expect(await failure("/", options)).toMatchObject({ code: "HTTP_STATUS", status: code });
  });

  it("does not follow a redirect whose status counts as success", async () => {
    answers(redirect(302, "/next"));
    expect(await run("/", { successStatus: [302] })).toMatchObject({ status: 302, headers: { location: "/next" } });
    expect(seen).toHaveLength(1);
  });
});

describe("an http command that fails", () => {
  it("says the status and the end of the body, and keeps secrets to itself", async () => {
    answers(status(500, {}, "because"));
    const error = await failure("/a?key=secret", { headers: { authorization: "secret" } });
    expect(error).toBeInstanceOf(PunctualError);
    expect(error).toMatchObject({ code: "HTTP_STATUS", status: 500, body: "because", exitCode: null, stdout: "" });
    expect(error.message).toBe(`GET ${base}/a?…: status 500`);
  });

  it("may reach nobody", async () => {
    const server = createTcpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(`http://127.0.0.1:${port}/?key=secret`);
    expect(error).toMatchObject({ code: "HTTP_FAILED", status: null });
    expect(error.message).toBe(`GET http://127.0.0.1:${port}/?…: connect ECONNREFUSED 127.0.0.1:${port}`);
    expect(error.cause).toBeInstanceOf(TypeError);
    // A name with several addresses: the error of them all has no message of its own.
    expect((await failure(`http://localhost:${port}/`)).message).toContain("ECONNREFUSED");
  });

  it("may lose its connection, before the response and within it", async () => {
    answers(
      (request) => void request.socket.destroy(),
      (request, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setImmediate(() => request.socket.destroy());
      },
    );
    expect(await failure("/")).toMatchObject({ code: "HTTP_FAILED" });
    expect(await failure("/")).toMatchObject({ code: "HTTP_FAILED" });
  });

  it("may reach somebody who speaks no HTTP", async () => {
    const server = createTcpServer(
      (socket) =>
        void socket
          .on("error", () => {})
          .resume()
          .end("hello\r\n\r\n"),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    expect(await failure(originOf(server as unknown as Server))).toMatchObject({ code: "HTTP_FAILED" });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("the body of a response", () => {
  it("is kept by its end, cut between characters", async () => {
    answers(
      status(200, {}, "0123456789"),
      status(200, {}, "a€€"),
      status(200, {}, "abc"),
      status(500, {}, "0123456789"),
    );
    expect(await run("/", { output: 4 })).toMatchObject({ body: "6789", truncated: true });
    expect(await run("/", { output: 5 })).toMatchObject({ body: "€", truncated: true });
    expect(await run("/", { output: 0 })).toMatchObject({ body: "", truncated: true });
    expect(await failure("/", { output: 4 })).toMatchObject({ body: "6789" });
  });

  it("is decompressed", async () => {
    answers(status(200, { "content-encoding": "gzip" }, gzipSync("text")));
    expect(await run("/")).toMatchObject({ body: "text" });
  });

  it("may be as large as maxBytes, and no larger", async () => {
    answers(status(200, {}, "0123456789"), status(200, {}, "0123456789"));
    expect(await run("/", { maxBytes: 10 })).toMatchObject({ body: "0123456789" });
    const error = await failure("/?key=secret", { maxBytes: 9 });
    expect(error).toMatchObject({ code: "HTTP_TOO_LARGE", status: 200 });
    expect(error.message).toBe(`GET ${base}/?…: the body is larger than 9 bytes`);
  });

  it("is 10 MiB by default at most, of which 64 KiB are kept", async () => {
    const most = 10 * 1_024 * 1_024;
    answers(status(200, {}, Buffer.alloc(most, "x")), status(200, {}, Buffer.alloc(most + 1, "x")));
    const result = await run("/");
    expect([result.body.length, result.truncated]).toEqual([65_536, true]);
    expect(await failure("/")).toMatchObject({ code: "HTTP_TOO_LARGE" });
  });

  it("is counted as it is after decompression", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    answers(status(200, { "content-encoding": "gzip" }, bomb));
    expect(await failure("/", { maxBytes: 1_000_000 })).toMatchObject({ code: "HTTP_TOO_LARGE" });
    expect(bomb.length).toBeLessThan(1_000_000);
  });

  it("is read no further than maxBytes, also when it has no end", async () => {
    let closed = (): void => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endless: Answer = (_request, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write("x".repeat(10_000)));
      };
      response.on("drain", write).on("close", closed);
      write();
    };
    answers(endless, endless);
    expect(await failure("/", { maxBytes: 100_000 })).toMatchObject({ code: "HTTP_TOO_LARGE" });
    await isClosed;
    expect(await failure("/", { maxBytes: 100_000, successStatus: [404] })).toMatchObject({ code: "HTTP_STATUS" });
  });
});

describe("a redirect", () => {
  it("is followed, and the result says where to", async () => {
    answers(redirect(302, "/b?c=d"), redirect(301, "e"));
    expect(await run("/a/")).toMatchObject({ status: 200, body: "ok", url: `${base}/e` });
    expect(seen.map(({ url }) => url)).toEqual(["/a/", "/b?c=d", "/e"]);
  });

  it.each([
    [0, 1],
    [1, 2],
    [5, 6],
  ])("is followed %i times at most", async (maxRedirects, requests) => {
    answer = redirect(302, "/again?key=secret");
    const error = await failure("/?key=secret", { maxRedirects });
    expect(error).toMatchObject({ code: "HTTP_REDIRECTS", status: 302 });
    expect(error.message).toBe(`GET ${base}/?…: more than ${maxRedirects} redirects`);
    expect(seen).toHaveLength(requests);
  });

  it("is followed as often as allowed, five times by default", async () => {
    answers(...Array.from({ length: 5 }, () => redirect(302, "/")));
    expect(await run("/")).toMatchObject({ status: 200 });
    answers(...Array.from({ length: 6 }, () => redirect(302, "/")));
    expect(await failure("/")).toMatchObject({ code: "HTTP_REDIRECTS" });
  });

  it.each([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [301, "PUT", "PUT", "text"],
    [302, "PATCH", "PATCH", "text"],
    [307, "POST", "POST", "text"],
    [308, "POST", "POST", "text"],
  ])("of status %i turns %s into %s", async (code, method, next, body) => {
    answers(redirect(code, "/next"));
    await run("/", { method, body: "text", headers: { "content-type": "text/x", "x-mine": "1" } });
    expect(seen[1]).toMatchObject({ method: next, body, headers: { "x-mine": "1" } });
    expect(seen[1]?.headers["content-type"]).toBe(body === "" ? undefined : "text/x");
  });

  it("leaves HEAD as it is", async () => {
    answers(redirect(303, "/next"));
    await run("/", { method: "HEAD" });
    expect(seen[1]?.method).toBe("HEAD");
  });

  it("takes no credentials along to another origin, nor back from there", async () => {
    answers(redirect(307, "/same"), redirect(307, `${other}/other`), redirect(307, `${base}/back`));
    const headers = { authorization: "secret", cookie: "secret", "proxy-authorization": "secret", "x-mine": "1" };
    expect(await run("/", { headers })).toMatchObject({ url: `${base}/back` });
    const kept = seen.map(({ headers: its }) => [
      its.authorization,
      its.cookie,
      its["proxy-authorization"],
      its["x-mine"],
    ]);
    expect(kept).toEqual([
      ["secret", "secret", "secret", "1"],
      ["secret", "secret", "secret", "1"],
      [undefined, undefined, undefined, "1"],
      [undefined, undefined, undefined, "1"],
    ]);
  });

  it("says which status came from where", async () => {
    answers(redirect(302, `${other}/gone?key=secret`), status(410));
    const error = await failure("/");
    expect(error.message).toBe(`GET ${base}/: status 410 from ${other}/gone?…`);
  });

  it.each([
    ["a file", "file:///etc/passwd"],
    ["a script", "javascript:alert(1)"],
    ["what is no URL", "http://"],
    ["a URL with a password", "http://me:secret@127.0.0.1/"],
  ])("to %s is a failure", async (_what, location) => {
    answers(redirect(302, location));
    const error = await failure("/");
    expect(error).toMatchObject({ code: "HTTP_REDIRECTS", status: 302 });
    expect(error.message).not.toContain("secret");
  });

  it("without a target is a status like others", async () => {
    answers(status(302));
    expect(await failure("/")).toMatchObject({ code: "HTTP_STATUS", status: 302 });
  });
});

describe("an http command that is ended", () => {
  const reason = new Error("enough");
  const hang: Answer = () => {};

  it.each(["abort", "terminate"] as const)("by %s before its request was made fails with the reason", async (how) => {
    answers();
    const execution = executor.execute(http(`${base}/`), executorRun());
    execution[how](reason);
    await expect(execution.result).rejects.toBe(reason);
  });

  it.each(["abort", "terminate"] as const)(
    "by %s while it waits for the response fails with the reason",
    async (how) => {
      let arrived = (): void => {};
      const isThere = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      let closed: Promise<unknown> | undefined;
      answers((request, response) => {
        closed = once(request.socket, "close");
        arrived();
        hang(request, response);
      });
      const execution = executor.execute(http(`${base}/`), executorRun());
      await isThere;
      execution[how](reason);
      execution.terminate(new Error("again"));
      await expect(execution.result).rejects.toBe(reason);
      await closed;
    },
  );

  it("while it reads the body fails with the reason", async () => {
    let arrived = (): void => {};
    const isThere = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    answers((_request, response) => void response.writeHead(200).write("half", () => arrived()));
    const execution = executor.execute(http(`${base}/`), executorRun());
    await isThere;
    execution.abort(reason);
    await expect(execution.result).rejects.toBe(reason);
  });

  it("after its end is not touched", async () => {
    answers();
    const execution = executor.execute(http(`${base}/`), executorRun());
    const result = await execution.result;
    execution.abort(reason);
    execution.terminate(reason);
    expect(await execution.result).toBe(result);
  });
});
