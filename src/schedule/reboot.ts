import type { Schedule } from "./schedule.js";

/** Fires whenever its scheduler starts, and at no time that could be told before. */
export class RebootSchedule implements Schedule {
  readonly atStart = true;

  next(): null {
    return null;
  }

  equals(other: Schedule): boolean {
    return other instanceof RebootSchedule;
  }

  toString(): string {
    return "@reboot";
  }

  toJSON(): string {
    return this.toString();
  }
}
