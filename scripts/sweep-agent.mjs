// npm run sweep:agent [-- --only crowd,hostile] [-- --rounds 10] [-- --race]: generates the package of `gotrace agent` into the shop of
// testdata/agentload and tries what production does to it: ten clients that capture at once during 10,000 requests, clients that
// vanish or are slow, a full disk, a read-only directory, strangers. Then it measures what the agent costs, in pairs of rounds
// with and without it. Prints a table; exits with 1 if something does not hold. Takes about six minutes. Linux only; as root it
// mounts small file systems, else it limits file sizes and permissions.
// --race builds with the race detector, for all but the cost.

import { parseArgs } from "node:util";
import { crowd, fullDisk, overloaded, readOnly, slow, vanishing } from "./lib-agent-captures.mjs";
import { cost } from "./lib-agent-cost.mjs";
import { build } from "./lib-agent-load.mjs";
import { doors, hostile, locked, slowloris } from "./lib-agent-strangers.mjs";

const { values } = parseArgs({
  options: { only: { type: "string" }, rounds: { type: "string", default: "12" }, race: { type: "boolean" } },
});

// As generated, and with short pauses between captures and snapshots, so that many can be tried.
const flags = values.race ? ["-race"] : [];
const standard = build("standard", {}, flags);
const quick = build("quick", { captureEvery: "time.Millisecond", snapshotEvery: "time.Millisecond" }, flags);
const troubles = {
  crowd: (check) => crowd(check, standard),
  vanishing: (check) => vanishing(check, quick),
  slow: (check) =>
    slow(check, build("patient", { captureEvery: "time.Millisecond", overloadLatency: "time.Hour" }, flags)),
  overload: (check) => overloaded(check, quick),
  disk: (check) => fullDisk(check, quick),
  readonly: (check) => readOnly(check, quick),
  hostile: (check) => hostile(check, standard),
  tokens: (check) => locked(check, standard),
  slowloris: (check) => slowloris(check, standard),
  doors: (check) => doors(check, standard),
  cost: (check) =>
    cost(check, standard, quick, { rounds: Number(values.rounds), requests: 1000, rate: 250, within: 0.05 }),
};
const only = values.only?.split(",") ?? Object.keys(troubles).filter((name) => !(values.race && name === "cost"));
let failed = 0;
for (const name of only) {
  const trouble = troubles[name];
  if (!trouble) throw new Error(`--only: ${name} is not one of ${Object.keys(troubles).join(", ")}`);
  const began = Date.now();
  await trouble((what, holds, figures) => {
    if (!holds) failed++;
    console.log(`${holds ? "ok    " : "FAILED"}  ${what.padEnd(64)}  ${figures}`);
  });
  console.log(`        (${name}: ${((Date.now() - began) / 1000).toFixed(0)} s)`);
}
console.log(failed === 0 ? "all held" : `${failed} FAILED`);
process.exitCode = failed > 0 ? 1 : 0;
