/** What the processes of a chaos test agree by, and how it is broken. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { RedisServer } from "../../support/redis-server.js";
import type { NodeSettings } from "./records.js";

export interface ChaosStore extends AsyncDisposable {
  readonly settings: NodeSettings["store"];
  /** Its crash, and its new start; `null` for what cannot crash by itself. */
  readonly server: RedisServer | null;
}

export type StoreName = "redis" | "flock";

export async function openStore(name: StoreName, folder: string): Promise<ChaosStore> {
  if (name === "redis") {
    const server = await RedisServer.start({ appendOnly: true });
    const dispose = (): Promise<void> => server[Symbol.asyncDispose]();
    return { settings: { redisUrl: server.url }, server, [Symbol.asyncDispose]: dispose };
  }
  const directory = join(folder, "flock");
  mkdirSync(directory);
  return { settings: { directory }, server: null, [Symbol.asyncDispose]: async () => {} };
}
