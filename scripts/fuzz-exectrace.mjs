// Mutation fuzzing of the reader of execution traces: damaged files must not crash it, keep it busy or fill the memory, and
// times must never decrease.
//
//	npm run fuzz:exectrace [-- --runs 100000] [--seconds N] [--seed N]
//
// Each run damages a trace of testdata/exectrace (test/exectrace/mutate.ts: changed bytes, cuts, splices of two traces,
// moved batches, extreme numbers) and reads it in chunks of random sizes (test/exectrace/read-damaged.ts). Allowed outcomes
// are all events, a warning that the file was cut, or a TraceError. Prints runs, outcomes, the slowest run and peak memory;
// on failure, writes the trace to a file.
import { goldenTraces, loadFuzzing } from "./lib-exectrace.mjs";
import { fuzz, fuzzFlags } from "./lib-fuzz.mjs";

const flags = fuzzFlags(100_000);
/** A run needs only a few milliseconds, but the machine may be busy. */
const LIMITS = { milliseconds: 3000, mebibytes: 500, file: "fuzz-failure.trace" };

const { damaged, randomBelow, readDamaged } = await loadFuzzing();
const corpus = [...goldenTraces().values()];
const below = randomBelow(flags.seed);
fuzz(
  flags,
  () => damaged(corpus, below),
  (bytes) => readDamaged(bytes, below),
  LIMITS,
  (numberOf) => `${numberOf("sound")} read without complaint, ${numberOf("cut")} cut, ${numberOf("refused")} refused`,
);
