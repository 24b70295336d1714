// Mutation fuzzing of the reader of execution traces: damaged files must not crash it, keep it busy or fill the memory, and
// times must never decrease.
//
//	npm run fuzz:exectrace [-- --runs 100000] [--seconds N] [--seed N]
//
// Each run damages a trace of testdata/exectrace (test/exectrace/mutate.ts: changed bytes, cuts, splices of two traces,
// moved batches, extreme numbers) and reads it in chunks of random sizes (test/exectrace/read-damaged.ts). Allowed outcomes
// are all events, a warning that the file was cut, or a TraceError. Prints runs, outcomes, the slowest run and peak memory;
// on failure, writes the trace to a file.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { goldenTraces, loadFuzzing } from "./lib-exectrace.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seconds: { type: "string", default: "0" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
/** Milliseconds that a run may take. It needs only a few, but the machine may be busy. */
const SLOWEST_MS = 3000;
const MEMORY_MIB = 500;

const { damaged, randomBelow, readDamaged } = await loadFuzzing();
const corpus = [...goldenTraces().values()];
const below = randomBelow(Number(values.seed));
const outcomes = { sound: 0, cut: 0, refused: 0 };
let slowest = 0;
let runs = 0;
const start = performance.now();
const limit = Number(values.seconds) * 1000 || Number.POSITIVE_INFINITY;
for (; runs < Number(values.runs); runs++) {
  if (runs % 100 === 0 && performance.now() - start > limit) break;
  const bytes = damaged(corpus, below);
  const before = performance.now();
  try {
    outcomes[readDamaged(bytes, below)]++;
  } catch (error) {
    fail(bytes, error);
  }
  const took = performance.now() - before;
  slowest = Math.max(slowest, took);
  if (took > SLOWEST_MS) fail(bytes, new Error(`took ${took.toFixed(0)} ms`));
  if (runs % 100 === 0 && process.memoryUsage.rss() > MEMORY_MIB * 2 ** 20) fail(bytes, new Error("too much memory"));
}
const seconds = ((performance.now() - start) / 1000).toFixed(0);
const rss = (process.resourceUsage().maxRSS / 1024).toFixed(0);
console.log(
  `${runs} damaged traces in ${seconds} s (seed ${values.seed}): ${outcomes.sound} read without complaint, ` +
    `${outcomes.cut} cut, ${outcomes.refused} refused; slowest ${slowest.toFixed(0)} ms, peak RSS ${rss} MiB`,
);

function fail(bytes, error) {
  writeFileSync("fuzz-failure.trace", bytes);
  console.error(`run ${runs}, seed ${values.seed}, trace in fuzz-failure.trace`);
  throw error;
}
