// The loop of the scripts that read damaged traces.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** The flags of these scripts: `--runs`, `--seconds`, `--seed`. */
export function fuzzFlags(runs) {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: String(runs) },
      seconds: { type: "string", default: "0" },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    },
  });
  return { runs: Number(values.runs), seconds: Number(values.seconds), seed: Number(values.seed) };
}

/**
 * Reads damaged traces, and prints how many there were of each outcome, the slowest run and the peak of memory. When `read`
 * throws, takes too long or too much memory is in use, writes the trace to a file and throws.
 *
 * @param flags see {@link fuzzFlags}
 * @param make the next damaged trace
 * @param read reads a trace and returns the name of the outcome
 * @param limits `milliseconds` that a run may take, `mebibytes` of memory, and the `file` for a trace that fails
 * @param describe the outcomes in words, from the number of each
 */
export function fuzz({ runs, seconds, seed }, make, read, { milliseconds, mebibytes, file }, describe) {
  const outcomes = {};
  let slowest = 0;
  let run = 0;
  const fail = (bytes, error) => {
    writeFileSync(file, bytes);
    console.error(`run ${run}, seed ${seed}, trace in ${file}`);
    throw error;
  };
  const start = performance.now();
  const limit = seconds * 1000 || Number.POSITIVE_INFINITY;
  for (; run < runs; run++) {
    if (run % 100 === 0 && performance.now() - start > limit) break;
    const bytes = make();
    const before = performance.now();
    try {
      const outcome = read(bytes);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      fail(bytes, error);
    }
    const took = performance.now() - before;
    slowest = Math.max(slowest, took);
    if (took > milliseconds) fail(bytes, new Error(`took ${took.toFixed(0)} ms`));
    if (run % 100 === 0 && process.memoryUsage.rss() > mebibytes * 2 ** 20) fail(bytes, new Error("too much memory"));
  }
  const rss = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  const numberOf = (outcome) => outcomes[outcome] ?? 0;
  console.log(
    `${run} damaged traces in ${((performance.now() - start) / 1000).toFixed(0)} s (seed ${seed}): ${describe(numberOf)}; ` +
      `slowest ${slowest.toFixed(0)} ms, peak RSS ${rss} MiB`,
  );
}
