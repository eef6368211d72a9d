import { createHash } from "node:crypto";

/** Of a name so many characters can be read in that of its file. */
const READABLE_LENGTH = 40;

/** The name of a service's file: what can be read of the service's, and a hash that no other service has. */
export function stateFileName(serviceName: string): string {
  const readable = serviceName.slice(0, READABLE_LENGTH).replaceAll(/[^A-Za-z0-9_-]/g, "_");
  const hash = createHash("sha256").update(serviceName).digest("hex");
  return `${readable}.${hash}.state`;
}
