import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StateRecord } from "../../src/distributed/flock-record.js";
import { toBootTimes, toWallTimes } from "../../src/distributed/flock-record.js";
import { FILE_BYTES, readSlots, SLOT_BYTES, slotWrite } from "../../src/distributed/flock-slots.js";
import type { RunEntry, ServiceState } from "../../src/distributed/service-state.js";
import { NEW_SERVICE } from "../../src/distributed/service-state.js";

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
const time = fc.integer({ min: 0, max: 4e12 });
const until = fc.oneof(time, fc.constant(Number.NEGATIVE_INFINITY));
const run: fc.Arbitrary<RunEntry> = fc.record({
  token: time,
  appId: text,
  claimId: fc.option(text),
  fireTime: fc.option(time),
  attempt: fc.integer({ min: 1, max: 9 }),
  untilMs: until,
  finished: fc.boolean(),
});
const state: fc.Arbitrary<ServiceState> = fc.record({
  markMs: fc.option(time),
  token: time,
  holder: fc.option(text),
  heldUntilMs: until,
  run: fc.option(run),
  finishedToken: time,
  left: fc.option(fc.record({ fireTime: time, attempt: fc.integer({ min: 1, max: 9 }) })),
  cut: fc.array(time, { maxLength: 5 }),
  owed: fc.array(time, { maxLength: 5 }),
});

describe("a state file", () => {
  test("tells what was written last, whatever that is", () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 5 }), (states) => {
        const file = Buffer.alloc(FILE_BYTES);
        for (const [index, each] of states.entries()) {
          put(file, record(index + 1, each));
          expect(readSlots(file)).toEqual(record(index + 1, each));
        }
      }),
    );
  });

  test("tells the old state or the new one after a writing that was cut at any byte", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 2, maxLength: 4 }), (states) => {
        const records = states.map((each, index) => record(index + 1, each));
        const last = records.pop() as StateRecord;
        const before = Buffer.alloc(FILE_BYTES);
        for (const each of records) put(before, each);
        const { bytes } = slotWrite(last);
        for (let length = 0; length <= bytes.length; length++) {
          const file = Buffer.from(before);
          put(file, last, length);
          expect(readSlots(file)).toEqual(length < bytes.length ? records.at(-1) : last);
        }
      }),
      { numRuns: 8 },
    );
  });

  test("tells the other state when one slot is garbage, and none when both are", () => {
    fc.assert(
      fc.property(
        state,
        state,
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(150),
        (one, two, garbage, at) => {
          const file = Buffer.alloc(FILE_BYTES);
          put(file, record(1, one));
          put(file, record(2, two));
          spoil(file, slotWrite(record(2, two)).position, garbage, at);
          expect(readSlots(file)).toEqual(record(1, one));
          spoil(file, slotWrite(record(1, one)).position, garbage, at);
          expect(readSlots(file)).toBeNull();
        },
      ),
    );
  });

  test("tells nothing when it is empty, or holds zeros or garbage only", () => {
    expect(readSlots(Buffer.alloc(0))).toBeNull();
    expect(readSlots(Buffer.alloc(FILE_BYTES))).toBeNull();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => readSlots(Buffer.from(bytes)) === null));
  });

  test("has room for the longest names, every character of them escaped", () => {
    const name = "\ud800".repeat(1_024);
    const owner = `${"f".repeat(32)}:${name}`;
    const entry = { token: 4e12, appId: owner, claimId: name, fireTime: 4e12, attempt: 1e9, untilMs: 4e12 + 0.123 };
    const longest = {
      ...NEW_SERVICE,
      holder: owner,
      run: { ...entry, finished: false },
      left: { fireTime: 1, attempt: 1 },
    };
    const { bytes } = slotWrite(record(Number.MAX_SAFE_INTEGER, longest));
    expect(bytes.length).toBeLessThan(SLOT_BYTES);
  });
});

describe("the times of a state", () => {
  const boot = { bootId: "one", nowMs: () => 5_000 };
  const held = { ...NEW_SERVICE, markMs: 7, heldUntilMs: 6_000 };

  test("are kept by the boot clock, however the wall clock is set", () => {
    const written = toBootTimes({ ...held, heldUntilMs: 1_001_000 }, boot, 1_000_000);
    expect(written).toEqual(held);
    const later = { bootId: "one", nowMs: () => 5_400 };
    expect(toWallTimes({ ...record(1, written), bootId: "one" }, later, 99_000)).toEqual({
      ...held,
      heldUntilMs: 99_600,
    });
  });

  test("are over after another start of the machine; the mark is not", () => {
    const over = toWallTimes({ ...record(1, held), bootId: "another" }, boot, 1);
    expect(over).toEqual({ ...held, heldUntilMs: Number.NEGATIVE_INFINITY });
  });
});

function record(sequence: number, of: ServiceState): StateRecord {
  return { generation: "g", remade: false, sequence, bootId: "b", state: of };
}

function put(file: Buffer, each: StateRecord, length = Number.POSITIVE_INFINITY): void {
  const { bytes, position } = slotWrite(each);
  bytes.copy(file, position, 0, Math.min(length, bytes.length));
}

/** Changes at least one byte of what the slot says. */
function spoil(file: Buffer, position: number, garbage: Uint8Array, at: number): void {
  for (const [index, byte] of garbage.entries()) {
    const place = position + at + index;
    file[place] = (file[place] ?? 0) ^ (index === 0 ? byte || 1 : byte);
  }
}
