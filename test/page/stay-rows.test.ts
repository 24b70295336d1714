import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../../src/base/varint.js";
import { type GoroutineTimeline, STATES } from "../../src/calltree/index.js";
import { type PageStays, readStays, writeStays } from "../../src/page/data/stay-rows.js";
import { changingStays, scriptedStays } from "../export/stays.js";

const row = (goid: number, start: number, end: number) => ({ goid, start, end }) as GoroutineTimeline;

function packed(rows: readonly GoroutineTimeline[], clock: ReturnType<typeof scriptedStays>, most: number): PageStays {
  const writer = new ByteWriter();
  writeStays(writer, rows, clock.stays!, most);
  return readStays(new ByteReader(writer.bytes()), rows);
}

/** The time of a row in each state. */
function times({ rows, kinds }: PageStays, index: number): number[] {
  const { size, begin, kind, mixed } = rows[index];
  const sums = STATES.map(() => 0);
  for (let i = 0; i < size; i++) {
    if (kind[i] >= 0) sums[kinds[kind[i]].state] += begin[i + 1] - begin[i];
    else for (const [state, time] of mixed.get(i)!.times.entries()) sums[state] += time;
  }
  return sums;
}

test("stays have their reasons, places and who ended them, within the life of their goroutine", () => {
  const clock = scriptedStays(`
    g2 0-10 running
    g2 10-50 lock "sync" by g7 at main.get main.put
    g2 50-70 running`);
  const { rows, kinds, shortest } = packed([row(2, 4000, 90_000), row(3, 0, 5000)], clock, 100);
  expect(shortest).toBe(0);
  const [{ begin, kind, waker }, unknown] = rows;
  expect([...begin]).toEqual([4000, 10_000, 50_000, 70_000, 90_000]);
  expect([...waker]).toEqual([-1, 7, -1, -1]);
  expect([...kind].map((each) => STATES[kinds[each].state])).toEqual(["running", "lock", "running", "unknown"]);
  expect(kinds[kind[1]]).toEqual({ state: 2, reason: "sync", place: "main.get", wakerPlace: "main.put" });
  expect([...unknown.begin]).toEqual([0, 5000]);
});

test("of too many stays the longest are kept, and the time in each state remains", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 50, max: 900 }), fc.nat(400), (goids, step, most) => {
      const clock = changingStays(goids, step, 100_000);
      const given = Array.from({ length: goids }, (_, i) => row(i + 1, i * 1000, 90_000 - i * 500));
      const [all, some] = [packed(given, clock, 1e9), packed(given, clock, most)];
      expect(all.shortest).toBe(0);
      let single = 0;
      for (const [index, { begin, kind, size }] of some.rows.entries()) {
        expect(times(some, index)).toEqual(times(all, index));
        expect([begin[0], begin[size]]).toEqual([given[index].start, given[index].end]);
        for (let i = 0; i < size; i++) if (kind[i] >= 0 && begin[i + 1] - begin[i] >= some.shortest) single++;
      }
      expect(single).toBeLessThanOrEqual(most);
    }),
    { numRuns: 40 },
  );
});
