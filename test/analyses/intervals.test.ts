import { expect, test } from "vitest";
import { Activity, Intervals } from "../../src/analyses/index.js";
import { NONE } from "../../src/exectrace/index.js";
import { feedAll, readerOf, traceNames } from "./traces.js";

test.each(traceNames)("%s: the intervals of a goroutine follow each other from its begin to its end", (name) => {
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const last = new Map<number, number>();
  let count = 0;
  let ended = 0;
  intervals.onInterval((i, g) => {
    count++;
    expect(i.goroutine).toBe(g.id);
    expect(i.begin).toBe(last.get(g.id) ?? g.begin);
    expect(i.end).toBeGreaterThan(i.begin);
    expect(Object.values(Activity)).toContain(i.activity);
    if (i.activity === Activity.Running) expect(i.proc).not.toBe(NONE);
    if (i.procLost !== NONE) {
      expect(i.activity).toBe(Activity.Syscall);
      expect(i.procLost).toBeGreaterThanOrEqual(i.begin);
      expect(i.procLost).toBeLessThanOrEqual(i.end);
    }
    last.set(g.id, i.end);
  });
  intervals.onGoroutineEnd((g) => {
    ended++;
    expect(last.get(g.id) ?? g.begin).toBe(g.end);
    last.delete(g.id);
  });
  feedAll(reader, (e) => intervals.feed(e));
  intervals.finish();
  expect(last.size).toBe(0);
  expect(count).toBeGreaterThan(100);
  expect(ended).toBeGreaterThan(5);
});
