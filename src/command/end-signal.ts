/**
 * What tells tinypool to terminate a run's thread. tinypool also takes an emitter of "abort" for a signal, and this one costs
 * a tenth of an AbortController, of which every run would need one more than the command sees.
 */
export class EndSignal {
  aborted = false;
  reason: Error | undefined;
  #listener: (() => void) | undefined;

  once(_name: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  off(_name: "abort", _listener: () => void): void {
    this.#listener = undefined;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listener?.();
  }
}
