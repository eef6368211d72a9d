// Its types are not found under its package.json's exports.
declare module "redlock" {
  import type { Redis } from "ioredis";

  export default class Redlock {
    constructor(clients: readonly Redis[]);
    acquire(resources: readonly string[], durationMs: number): Promise<unknown>;
  }
}
