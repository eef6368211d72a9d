/** One thing after another for each key, in the order of asking; different keys do not wait for each other. */
export class Turns {
  readonly #tails = new Map<string, Promise<unknown>>();

  take<Result>(key: string, act: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key);
    const turn = before === undefined ? act() : before.then(act, act);
    this.#tails.set(key, turn);
    const done = (): void => {
      if (this.#tails.get(key) === turn) this.#tails.delete(key);
    };
    turn.then(done, done);
    return turn;
  }

  /** When all that was asked for until now has ended, well or not. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#tails.values());
  }
}
