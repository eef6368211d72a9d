/** A URL as messages may show it: without user, password, query and fragment, where secrets are kept. */
export function shownUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  // What cannot be read is cut where a password might end and a query might begin.
  if (url === null || url.host === "") return text.replace(/[?#].*$/s, "?…").replace(/^.*@/s, "…@");
  return `${url.protocol}//${url.host}${url.pathname}${url.search === "" ? "" : "?…"}`;
}
