import { demo } from "./demo.js";
import type { Options } from "./options.js";
import { USAGE, UsageError, readOptions } from "./options.js";
import { Screen } from "./screen.js";

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nTry: npm run demo -- --help`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const interruption = new AbortController();
  // Not once: npm and tsx pass a Ctrl-C on that has come here already, and the second must not cut the clean-up short.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => interruption.abort());
  return demo(options, new Screen(), interruption.signal);
}
