import { InvalidOptionError } from "../errors.js";

/** Checks a fraction where the command gives it, so that the command hears of a bad one. @throws InvalidOptionError */
export function checkFraction(fraction: unknown): void {
  if (typeof fraction === "number" && fraction >= 0 && fraction <= 1) return;
  throw new InvalidOptionError("progress", "a fraction from 0 to 1", fraction);
}
