// Mutation fuzzing of the decoder: damaged traces must not crash it, keep it busy or fill the memory.
//
//   node scripts/fuzz-decode.mjs [--runs 1000000] [--seconds N] [--seed N]
//
// Each run damages a small valid trace (changed bytes, cuts, splices of two traces, extreme values in headers and chunks)
// and reads it as `gotrace report` does, sometimes unmerged, else also without the core; one in four is rendered in every format. Allowed outcomes are
// a report or a UserError. Prints runs, outcomes, the slowest run and peak memory; on failure, writes the trace to a file.
import { isDeepStrictEqual } from "node:util";
import { xorshift } from "./lib-calltrace.mjs";
import { fuzz, fuzzFlags } from "./lib-fuzz.mjs";
import "./typescript.mjs";

const { UserError } = await import("../src/base/errors.ts");
const { encodeNote } = await import("../src/calltrace/index.ts");
const { TraceWriter } = await import("../test/support/calltrace/writer.ts");
const { buildForest } = await import("../test/support/calltrace/build-forest.ts");
const { memorySource } = await import("../test/support/calltrace/memory-source.ts");
const { renderFolded } = await import("../src/export/folded.ts");
const { renderJson } = await import("../src/render/tree/json.ts");
const { renderTree } = await import("../src/render/tree/tree.ts");

const flags = fuzzFlags(1_000_000);
const random = xorshift(flags.seed || 1);
const below = (n) => random() % n;
const EXTREMES = [0, 1, 2, 31, 32, 63, 64, 127, 128, 4095, 4096, 65535, 2 ** 20, 2 ** 20 + 64, 2 ** 31, 2 ** 32 - 1];
/** A run needs far less than a millisecond, but the machine may be busy. */
const LIMITS = { milliseconds: 2000, mebibytes: 400, file: "fuzz-failure.gotrace" };

const corpus = Array.from({ length: 40 }, (_, i) => soundTrace(i));
fuzz(
  flags,
  () => mutate(corpus[below(corpus.length)]),
  (bytes) => {
    try {
      return read(bytes) ? "damaged" : "sound";
    } catch (error) {
      if (error instanceof UserError) return "refused";
      throw error;
    }
  },
  LIMITS,
  (numberOf) =>
    `${numberOf("sound")} read without complaint, ${numberOf("damaged")} in part, ${numberOf("refused")} refused`,
);

function read(bytes) {
  const noMerge = below(4) === 0;
  const forest = buildForest(memorySource(bytes), { noMerge, minimum: noMerge ? below(3) * 1000 : 0, isPlain: false });
  check(forest, bytes);
  if (!noMerge && !isDeepStrictEqual(forest, buildForest(memorySource(bytes), { isPlain: true })))
    throw new Error("the core builds another tree");
  // Rendering takes most of the time and finds little.
  if (below(4) === 0) render(forest, bytes);
  return forest.problem ?? forest.processes.find(({ problem }) => problem)?.problem;
}

function render(forest, bytes) {
  const tests = below(4) === 0;
  let length = 0;
  for (const text of renderTree(forest, { tests, minimum: below(2) * 100, ...(below(2) ? { width: 80 } : {}) })) {
    length += text.length;
  }
  for (const text of renderFolded(forest)) length += text.length;
  const json = [...renderJson(forest, { tests })].join("");
  JSON.parse(json);
  if (length > 4000 * bytes.length) throw new Error("a report out of all proportion");
}

function check(forest, bytes) {
  for (const { tree, events } of forest.processes) {
    if (tree.size > bytes.length || events > bytes.length) throw new Error("more nodes or events than bytes");
    for (const column of [tree.total, tree.self, tree.first, tree.last, tree.calls]) {
      for (let node = 1; node < tree.size; node++) {
        // A node whose calls all ended before a ring reaches has no first one.
        if (tree.calls[node] === 0 && column === tree.first) continue;
        if (!(column[node] >= 0) || column[node] === Number.POSITIVE_INFINITY)
          throw new Error(`no time: ${column[node]}`);
      }
    }
  }
}

function mutate(original) {
  let bytes = original.slice();
  for (let i = below(4); i >= 0; i--) {
    const view = new DataView(bytes.buffer);
    const at = place(bytes.length);
    switch (below(7)) {
      case 0:
        bytes[at] = random();
        break;
      case 1:
        bytes[at] ^= 1 << below(8);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3: {
        const other = corpus[below(corpus.length)];
        const from = place(other.length);
        const length = Math.min(below(300), other.length - from, bytes.length - at);
        bytes.set(other.subarray(from, from + length), at);
        break;
      }
      case 4: {
        const other = corpus[below(corpus.length)];
        const joined = new Uint8Array(at + other.length);
        joined.set(bytes.subarray(0, at));
        joined.set(other, at);
        bytes = joined;
        break;
      }
      case 5:
        if (at + 4 <= bytes.length) view.setUint32(at & ~3, EXTREMES[below(EXTREMES.length)], true);
        break;
      default: {
        const chunk = 4096 + 64 * below(Math.max(1, (bytes.length - 4096) >> 6));
        const field = [0, 4, 8, 12, 16, 20, 24, 28][below(8)];
        if (chunk + 32 <= bytes.length) view.setUint32(chunk + field, EXTREMES[below(EXTREMES.length)], true);
      }
    }
    if (bytes.length === 0) bytes = new Uint8Array(1);
  }
  return bytes;
}

/** A random position, biased towards used bytes: the header is long and mostly empty. */
function place(length) {
  const from = below(5) === 0 ? 0 : 4096;
  if (from === 0) return below(Math.min(length, below(2) ? 160 : 4096));
  return length > from ? from + below(length - from) : below(length);
}

function soundTrace(number) {
  const space = number % 4 === 0 ? { ring: 2048 << (number % 3) } : {};
  const trace = new TraceWriter({ chunkMax: [128, 256, 2048][number % 3], rate: 1 + (number % 2), ...space });
  const functions = ["main.main", "main.run", "main.run.func1", "p_test.TestX", "p_test.TestX.func1"].map((name) =>
    trace.define("function", name),
  );
  const site = trace.define("go", "main.run");
  const stacks = [];
  let time = 5;
  let goid = 1;
  trace.slot(0).begin(time, 1);
  for (let i = 0; i < 40 + number * 20; i++) {
    const slot = below(1 + (number % 5));
    const writer = trace.slot(slot);
    stacks[slot] ??= 0;
    time += below(10) === 0 ? below(300000) : below(200);
    const what = below(12);
    if (what < 5) {
      writer.enter(time, functions[below(functions.length)]);
      stacks[slot]++;
    } else if (what < 9 && stacks[slot] > 0) {
      [() => writer.exitPanic(time), () => writer.exitGoexit(time)][below(8)]?.() ?? writer.exit(time);
      stacks[slot]--;
    } else if (what === 9) {
      const child = 10 + below(4);
      trace.slot(child).begin(time + 1, ++goid, below(3), writer.spawn(time, site));
      trace.slot(child).enter(time + 2, functions[below(functions.length)]);
    } else if (what === 10) {
      trace.slot(10 + below(4)).begin(time, ++goid, 1 + below(goid));
    }
  }
  const bytes = trace.finish();
  const note = encodeNote({ number });
  const whole = new Uint8Array(bytes.length + note.length);
  whole.set(bytes);
  whole.set(note, bytes.length);
  new DataView(whole.buffer).setBigUint64(16, BigInt(whole.length), true);
  return whole;
}
