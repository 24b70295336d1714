/** Parts of a trace: the counts of two parts add up to the counts of the whole. */
import { describe, expect, test } from "vitest";
import { type Breakdown, Summarizer, type TraceSummary } from "../../src/analyses/index.js";
import { PartReader, refuseNothing } from "../../src/exectrace/part.js";
import { readerOf } from "../analyses/traces.js";

function summarize(name: string, from: number, to: number): TraceSummary {
  const reader = new PartReader(readerOf(name), () => ({ from, to }));
  const summarizer = new Summarizer(reader);
  for (let event = reader.nextDecoded(); event; event = reader.nextDecoded()) summarizer.feed(event);
  return summarizer.finish();
}

/** Nanoseconds by activity of goroutines, and of ranges. */
function totals({ goroutines, gc, procs }: TraceSummary): Record<string, number> {
  const sums: Record<string, number> = { capacity: procs.capacity, sweeps: gc.sweeps.ranges.total };
  const add = (key: string, ns: number) => {
    sums[key] = (sums[key] ?? 0) + ns;
  };
  for (const { breakdown, function: start } of goroutines) {
    if (start === "runtime/pprof.profileWriter") continue;
    // The profile writer, in a syscall, and goroutines waiting since before the trace may first be mentioned after the
    // split.
    const {
      total: _,
      waiting: { "": __, ...waiting },
      ...parts
    } = breakdown as Breakdown;
    for (const [key, ns] of Object.entries({ ...parts, ...waiting })) add(key, ns);
  }
  add("cycles", gc.cycles.total);
  add("assists", gc.assists.ranges.total);
  for (const { reason, pauses } of gc.pauses) add(`stopped: ${reason}`, pauses.total);
  return sums;
}

describe.each(["go1.22-workload", "go1.25-allocfree", "go1.26-workload", "go1.26-flight-recorder"])("%s", (name) => {
  const whole = summarize(name, 0, Number.POSITIVE_INFINITY);

  test("all of it is what the reader gives", () => {
    const reader = readerOf(name);
    const summarizer = new Summarizer(reader);
    for (let event = reader.nextDecoded(); event; event = reader.nextDecoded()) summarizer.feed(event);
    expect(whole).toEqual(summarizer.finish());
  });

  test("the parts' durations add up", () => {
    for (const share of [0.03, 0.31, 0.5, 0.77]) {
      const at = Math.round(whole.duration * share);
      const [a, b] = [summarize(name, 0, at), summarize(name, at, Number.POSITIVE_INFINITY)];
      expect(a.duration + b.duration).toBe(whole.duration);
      const [left, right, all] = [totals(a), totals(b), totals(whole)];
      for (const key of new Set([...Object.keys(left), ...Object.keys(right), ...Object.keys(all)])) {
        // Until the first events the number of Ps is a guess; and only an event tells when a syscall lost its P.
        const slack = key === "capacity" || key.startsWith("syscall") ? whole.duration * 0.02 : 0;
        const sum = (left[key] ?? 0) + (right[key] ?? 0);
        expect(Math.abs(sum - (all[key] ?? 0)), `${key} split at ${at}: ${sum}, ${all[key]}`).toBeLessThanOrEqual(
          slack,
        );
      }
    }
  });

  test("what reaches beyond is cut", () => {
    const half = Math.round(whole.duration / 2);
    const { goroutines } = summarize(name, half, half + 1000);
    for (const { breakdown, count, lifetime } of goroutines) {
      expect(breakdown.total).toBeLessThanOrEqual(1000 * count);
      expect(lifetime.max).toBeLessThanOrEqual(1000);
    }
  });
});

test("behind the end there is nothing", () => {
  const reader = new PartReader(readerOf("go1.26-workload"), () => ({ from: 1e15, to: Number.POSITIVE_INFINITY }));
  expect(reader.nextDecoded()).toBeUndefined();
  expect(() => refuseNothing(reader)).toThrow("the trace ends before --from");
});

test("the part may be meant by the clock", () => {
  let begin: bigint | undefined;
  const reader = new PartReader(readerOf("go1.26-workload"), (start) => {
    begin = start;
    return { from: 1e6, to: 2e6 };
  });
  reader.nextDecoded();
  expect(begin).toBeGreaterThan(1_700_000_000_000_000_000n);
  expect(reader.wallTime(0)! - begin!).toBe(1_000_000n);
});
