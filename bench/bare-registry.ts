/** The least that registering can do: read four numbers, find the next time, a binary heap and a map of names. */
export interface BareJob {
  readonly name: string;
  readonly time: number;
  readonly command: () => void;
  place: number;
}

export class BareRegistry {
  readonly #heap: BareJob[] = [];
  readonly #names = new Map<string, BareJob>();
  #count = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(expression: string, command: () => void): BareJob {
    const job = { name: `job-${this.#count++}`, time: nextOf(expression), command, place: this.#heap.length };
    this.#names.set(job.name, job);
    this.#heap.push(job);
    this.#rise(job);
    return job;
  }

  remove(job: BareJob): void {
    this.#names.delete(job.name);
    const last = this.#heap.pop() as BareJob;
    if (last === job) return;
    this.#put(last, job.place);
    this.#sink(last);
    this.#rise(last);
  }

  #rise(job: BareJob): void {
    while (job.place > 0) {
      const parent = this.#heap[(job.place - 1) >> 1] as BareJob;
      if (parent.time <= job.time) return;
      const { place } = parent;
      this.#put(parent, job.place);
      this.#put(job, place);
    }
  }

  #sink(job: BareJob): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * job.place + 1], this.#heap[2 * job.place + 2]];
      const child = right !== undefined && left !== undefined && right.time < left.time ? right : left;
      if (child === undefined || child.time >= job.time) return;
      const { place } = child;
      this.#put(child, job.place);
      this.#put(job, place);
    }
  }

  #put(job: BareJob, place: number): void {
    this.#heap[place] = job;
    job.place = place;
  }
}

/** `S M H D * *`, or `M H D m *`, which is as good as yearly: only the four numbers count. */
function nextOf(expression: string): number {
  const fields = expression.split(" ");
  const numbers = fields.filter((field) => field !== "*").map(Number);
  const [second = 0, minute = 0, hour = 0, day = 1] = numbers;
  const now = new Date();
  const time = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), day, hour, minute, second);
  return time > now.getTime() ? time : Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, day, hour, minute, second);
}
