// Its types are not found under its package.json's exports.
declare module "redlock" {
  import type { Redis } from "ioredis";

  export interface Lock {
    readonly value: string;
    extend(durationMs: number): Promise<Lock>;
  }

  export default class Redlock {
    constructor(clients: readonly Redis[], settings?: { readonly retryCount: number });
    acquire(resources: readonly string[], durationMs: number): Promise<Lock>;
  }
}
