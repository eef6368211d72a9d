const { Scheduler, shell, worker } = require("punctual");
const { ManualClock } = require("punctual/testing");
const { loadAll, useAll } = require("./smoke.cjs");

async function main() {
  const entries = await loadAll(require);
  await useAll({ Scheduler, shell, worker, ManualClock });
  console.log(`CommonJS: ${entries} entries, Node ${process.version}`);
}

void main();
