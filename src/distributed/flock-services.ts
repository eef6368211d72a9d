import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../clock/clock.js";
import { DistributedUnavailableError } from "../errors.js";
import type { BootClock } from "./flock-boot-clock.js";
import type { LockedFiles, OpenFile } from "./flock-files.js";
import { stateFileName } from "./flock-name.js";
import type { FlockNode } from "./flock-node.js";
import type { StateRecord } from "./flock-record.js";
import { toBootTimes, toWallTimes } from "./flock-record.js";
import { examine, firstRecord, knownRecord, remadeRecord } from "./flock-seen.js";
import { readSlots, slotWrite } from "./flock-slots.js";
import type { Circumstances, ServiceState } from "./service-state.js";

/** What the services of a directory stand on. */
export interface FlockServicesParts {
  readonly directory: string;
  readonly files: LockedFiles;
  readonly node: FlockNode;
  readonly clock: Clock;
  readonly boot: BootClock;
  readonly maxClockSkewMs: number;
}

/** What is asked of a service's state. */
export interface Question<Answer> {
  /** Whether it can be answered although what was agreed until `nowMs` is lost. */
  survivesLoss(nowMs: number): boolean;
  /** Pure: it may be asked again, when more is known of who is dead. `state` is the given one where nothing changes. */
  decide(state: ServiceState, at: Circumstances): { readonly answer: Answer; readonly state: ServiceState };
}

/** The states of services, each in a file of its own. */
export class FlockServices {
  readonly #parts: FlockServicesParts;
  /** What was read or written last of each service: by it a file that was lost, or is an old copy, is found out. One for each service, as there is a file for each. */
  readonly #seen = new Map<string, StateRecord>();

  constructor(parts: FlockServicesParts) {
    this.#parts = parts;
  }

  /** Reads, decides, and writes what has changed, under the lock of the service's file. */
  async ask<Answer>(serviceName: string, endMs: number, question: Question<Answer>): Promise<Answer> {
    const { files, node, directory } = this.#parts;
    await node.live();
    const file = await files.lock(join(directory, stateFileName(serviceName)), endMs);
    try {
      return await this.#answer(serviceName, file, question);
    } finally {
      files.unlock(file);
    }
  }

  async #answer<Answer>(serviceName: string, file: OpenFile, question: Question<Answer>): Promise<Answer> {
    const { clock, boot } = this.#parts;
    const { record, isLost } = this.#read(serviceName, file);
    const nowMs = clock.now();
    if (isLost && !question.survivesLoss(nowMs)) {
      throw new DistributedUnavailableError(`what ${file.path} knew of ${JSON.stringify(serviceName)} was lost`);
    }
    const old = toWallTimes(record, boot, nowMs);
    const { answer, state } = await this.#decide(old, nowMs, question);
    if (state !== old) this.#write(serviceName, file, { ...record, state: toBootTimes(state, boot, nowMs) });
    return answer;
  }

  /** Decides again for as long as the answer hangs on nodes of which it is not known whether they are dead. */
  async #decide<Answer>(
    state: ServiceState,
    nowMs: number,
    question: Question<Answer>,
  ): Promise<ReturnType<Question<Answer>["decide"]>> {
    const { node, maxClockSkewMs } = this.#parts;
    const dead = new Map<string, boolean>();
    for (;;) {
      const unknown = new Set<string>();
      const isDead = (owner: string): boolean => {
        const id = nodeIdOf(owner);
        if (id !== node.id && !dead.has(id)) unknown.add(id);
        return dead.get(id) ?? false;
      };
      const decision = question.decide(state, { nowMs, maxClockSkewMs, isDead });
      if (unknown.size === 0) return decision;
      for (const id of unknown) dead.set(id, await node.isDead(id));
    }
  }

  #read(serviceName: string, file: OpenFile): { readonly record: StateRecord; readonly isLost: boolean } {
    const { files, boot, clock } = this.#parts;
    const { bootId } = boot;
    const bytes = files.read(file);
    const found = readSlots(bytes);
    const seen = this.#seen.get(serviceName) ?? null;
    const finding = examine(found, bytes.length === 0, seen);
    if (found !== null && finding === "known") {
      const record = knownRecord(found, seen);
      this.#seen.set(serviceName, record);
      return { record, isLost: false };
    }
    const generation = randomUUID();
    if (finding === "new") return { record: firstRecord(generation, bootId), isLost: false };
    const remade = remadeRecord(found, seen, { generation, bootId, wallMs: clock.now() });
    return { record: this.#write(serviceName, file, remade), isLost: true };
  }

  /** Writes it as the next one. */
  #write(serviceName: string, file: OpenFile, record: StateRecord): StateRecord {
    const next = { ...record, sequence: record.sequence + 1 };
    this.#parts.files.write(file, slotWrite(next));
    this.#seen.set(serviceName, next);
    return next;
  }
}

/** How an asker is written down: by what sees whether it lives, and by the name that it is known under. */
export function ownerOf(nodeId: string, appId: string): string {
  return `${nodeId}:${appId}`;
}

export function appIdOf(owner: string): string {
  return owner.slice(owner.indexOf(":") + 1);
}

function nodeIdOf(owner: string): string {
  return owner.slice(0, owner.indexOf(":"));
}
