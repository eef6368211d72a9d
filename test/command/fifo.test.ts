import fc from "fast-check";
import { expect, it } from "vitest";
import { Fifo } from "../../src/command/fifo.js";

it("Fifo does as an array does", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(), { nil: null })), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      for (const step of steps) {
        if (step === null) expect(fifo.shift()).toBe(model.shift());
        else {
          fifo.push(step);
          model.push(step);
        }
        expect(fifo.size).toBe(model.length);
      }
    }),
  );
});
