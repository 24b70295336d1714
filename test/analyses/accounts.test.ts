import { expect, test } from "vitest";
import { Accounts, type Breakdown } from "../../src/analyses/accounts.js";
import { Goroutines } from "../../src/analyses/goroutines.js";
import { Intervals, Ranges } from "../../src/analyses/index.js";
import { feedAll, readerOf, traceNames } from "./traces.js";

function sumOf(b: Breakdown): number {
  const waits = Object.values(b.waiting).reduce((sum, ns) => sum + ns, 0);
  return b.running + b.gcAssist + b.runnable + b.syscall + b.syscallBlocked + waits;
}

test.each(traceNames)("%s: the parts of every goroutine add up to its life, and groups to their goroutines", (name) => {
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const accounts = new Accounts(intervals, ranges);
  const goroutines = new Goroutines(accounts);
  const lives = new Map<string, number[]>();
  accounts.onClose((g, sums) => {
    const parts = accounts.breakdown(sums);
    expect(parts.total).toBe(g.end - g.begin);
    expect(sumOf(parts)).toBe(g.end - g.begin);
    for (const part of sums) expect(part).toBeGreaterThanOrEqual(0);
    lives.set(g.startFunction, [...(lives.get(g.startFunction) ?? []), g.end - g.begin]);
  });
  let read = 0;
  feedAll(reader, (e) => {
    intervals.feed(e);
    ranges.feed(e);
    if (++read % 50 !== 0) return;
    for (const g of intervals.goroutines()) {
      expect(accounts.breakdown(accounts.read(g)).total).toBe(intervals.now - g.begin);
    }
  });
  intervals.finish();
  ranges.finish();
  const groups = goroutines.result();
  expect(groups.map((group) => group.function).sort()).toEqual([...lives.keys()].sort());
  for (const group of groups) {
    const list = lives.get(group.function)!;
    expect(group.count).toBe(list.length);
    expect(group.breakdown.total).toBe(list.reduce((sum, ns) => sum + ns, 0));
    expect(group.lifetime.total).toBe(group.breakdown.total);
    expect(group.lifetime.max).toBe(Math.max(...list));
    expect(group.parts.reduce((sum, part) => sum + part.of.total, 0)).toBe(group.breakdown.total);
  }
});

test.each(traceNames)("%s: spans of time add up to the whole", (name) => {
  const totals = (begin: number, end: number) => {
    const reader = readerOf(name);
    const intervals = new Intervals(reader);
    const ranges = new Ranges();
    const accounts = new Accounts(intervals, ranges, begin, end);
    const lives = new Map<string, number>();
    accounts.onClose((_, sums) => {
      for (const [part, ns] of sums.entries()) {
        const key = accounts.partName(part);
        lives.set(key, (lives.get(key) ?? 0) + ns);
      }
    });
    feedAll(reader, (e) => {
      intervals.feed(e);
      ranges.feed(e);
    });
    intervals.finish();
    ranges.finish();
    return lives;
  };
  const whole = totals(0, Number.POSITIVE_INFINITY);
  const cuts = [0, 1e5, 12345678, 3e7, Number.POSITIVE_INFINITY];
  const added = new Map<string, number>();
  for (const [i, end] of cuts.slice(1).entries()) {
    for (const [part, ns] of totals(cuts[i], end)) added.set(part, (added.get(part) ?? 0) + ns);
  }
  expect(added).toEqual(whole);
});
