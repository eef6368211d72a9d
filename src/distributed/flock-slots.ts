import { createHash } from "node:crypto";
import type { StateRecord } from "./flock-record.js";
import { parseRecord, recordText } from "./flock-record.js";

/**
 * A file has two slots, written in turn: a writing that is cut leaves the other one as it was. Each begins with a magic
 * number, its sequence number, the length of its text, and a checksum of all these and the text.
 */
const SLOTS = [0, 1] as const;
/** Room for the longest names, every character of them escaped. */
export const SLOT_BYTES = 32_768;
export const FILE_BYTES: number = SLOTS.length * SLOT_BYTES;

const MAGIC = "PNC1";
const SEQUENCE_AT = 4;
const LENGTH_AT = 12;
const CHECKSUM_AT = 16;
const CHECKSUM_BYTES = 16;
const TEXT_AT: number = CHECKSUM_AT + CHECKSUM_BYTES;

/** Bytes, and where in the file they belong. */
export interface SlotWrite {
  readonly bytes: Buffer;
  readonly position: number;
}

/** The record of the greatest sequence number whose slot is whole. */
export function readSlots(file: Buffer): StateRecord | null {
  const slots = SLOTS.map((slot) => file.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES));
  const [newest, other] = slots
    .map((slot) => ({ slot, sequence: sequenceOf(slot) }))
    .sort((a, b) => b.sequence - a.sequence);
  for (const each of [newest, other]) {
    const text = each && textOf(each.slot);
    if (text) return parseRecord(text);
  }
  return null;
}

/** Leaves the slot alone that holds the sequence number before. */
export function slotWrite(record: StateRecord): SlotWrite {
  const text = Buffer.from(recordText(record));
  const bytes = Buffer.alloc(TEXT_AT + text.length);
  bytes.write(MAGIC, 0, "latin1");
  bytes.writeDoubleLE(record.sequence, SEQUENCE_AT);
  bytes.writeUInt32LE(text.length, LENGTH_AT);
  text.copy(bytes, TEXT_AT);
  checksum(bytes).copy(bytes, CHECKSUM_AT);
  return { bytes, position: (record.sequence % SLOTS.length) * SLOT_BYTES };
}

/** Before the checksum was looked at; -1 where there can be none. */
function sequenceOf(slot: Buffer): number {
  if (slot.length < TEXT_AT || slot.toString("latin1", 0, MAGIC.length) !== MAGIC) return -1;
  const sequence = slot.readDoubleLE(SEQUENCE_AT);
  return Number.isSafeInteger(sequence) ? sequence : -1;
}

function textOf(slot: Buffer): string | null {
  if (sequenceOf(slot) < 0) return null;
  const end = TEXT_AT + slot.readUInt32LE(LENGTH_AT);
  if (end > slot.length) return null;
  const whole = slot.subarray(0, end);
  const isWhole = checksum(whole).equals(whole.subarray(CHECKSUM_AT, TEXT_AT));
  return isWhole ? whole.toString("utf8", TEXT_AT) : null;
}

/** Of all but the place where it is written. */
function checksum(slot: Buffer): Buffer {
  const hash = createHash("sha256").update(slot.subarray(0, CHECKSUM_AT)).update(slot.subarray(TEXT_AT));
  return hash.digest().subarray(0, CHECKSUM_BYTES);
}
