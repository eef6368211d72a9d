import { InvalidOptionError } from "../errors.js";

/** The jobs of a scheduler by name; finds names for those that have none. */
export class JobNames<T> {
  readonly #byName = new Map<string, T>();
  /** The last number given out for a name that was taken: finding a free one does not begin at 1 each time. */
  readonly #numbers = new Map<string, number>();

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): T | undefined {
    return this.#byName.get(name);
  }

  values(): Iterable<T> {
    return this.#byName.values();
  }

  set(name: string, value: T): void {
    this.#byName.set(name, value);
  }

  delete(name: string): void {
    this.#byName.delete(name);
  }

  /** @throws InvalidOptionError with code `DUPLICATE_NAME` */
  checkFree(name: string): void {
    if (!this.#byName.has(name)) return;
    throw new InvalidOptionError("name", "a name that no other job has", name, "DUPLICATE_NAME");
  }

  /** A free name for a function of that name: the name itself, then `name-2` and so on; `job-1` for one without. */
  freeName(functionName: string): string {
    if (functionName !== "" && !this.#byName.has(functionName)) return functionName;
    const stem = functionName === "" ? "job" : functionName;
    let number = this.#numbers.get(stem) ?? (functionName === "" ? 0 : 1);
    do number++;
    while (this.#byName.has(`${stem}-${number}`));
    this.#numbers.set(stem, number);
    return `${stem}-${number}`;
  }
}
