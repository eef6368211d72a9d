/** A request, as it changes from redirect to redirect. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** What only the one who was asked first may see. */
const SECRET_HEADERS: readonly string[] = ["authorization", "cookie", "host", "proxy-authorization"];
/** What is said of a body, and goes with it. */
const BODY_HEADERS: readonly string[] = ["content-encoding", "content-language", "content-location", "content-type"];

/** Where the response sends the request to; `null` if it is none that does. */
export function redirectTarget(response: Response): string | null {
  return REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
}

/** The request to make next, by the rules of fetch; `null` if the target is not one that can be asked. */
export function redirected(request: HttpRequest, status: number, target: string): HttpRequest | null {
  const url = URL.canParse(target, request.url.href) ? new URL(target, request.url) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") {
    return null;
  }
  const becomesGet = status === 303 ? request.method !== "HEAD" : status <= 302 && request.method === "POST";
  const headers = new Headers(request.headers);
  if (url.origin !== request.url.origin) for (const name of SECRET_HEADERS) headers.delete(name);
  if (!becomesGet) return { ...request, url, headers };
  for (const name of BODY_HEADERS) headers.delete(name);
  return { url, method: "GET", headers, body: undefined };
}
