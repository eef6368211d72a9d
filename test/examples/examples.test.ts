import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What each example prints. One that is not listed here fails the last test. */
const EXPECTED: Readonly<Record<string, string[]>> = {
  "hello.ts": [1, 2, 3].map((tick) => `tick ${tick}, at a whole second: true`),
  "after-a-crash.ts": [
    "report, attempt 1",
    "kill -9",
    "report was cut; done again: true",
    "report has missed more than one fire: true, cause: stopped",
    "tick has missed more than one fire: true, cause: stopped",
    "report, attempt 2",
    "on record: report abandoned",
    "on record: report succeeded",
  ],
  "graceful-shutdown.ts": ["quick succeeded", "endless killed", "drained 1, aborted 1"],
  "test-your-jobs.ts": ["two nights in 2 runs: 2026-03-08T07:00:00.000Z 2026-03-09T06:30:00.000Z"],
};

it.each(Object.entries(EXPECTED))("examples/%s does what it says, and ends", async (name, lines) => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", `examples/${name}`], {
    cwd: root,
  });
  expect(stdout.trim().split("\n")).toEqual(lines);
});

it("there is no example without a test (distributed and traffic-report have their own)", () => {
  expect(readdirSync(`${root}examples`).sort()).toEqual(
    [...Object.keys(EXPECTED), "distributed", "traffic-report"].sort(),
  );
});
