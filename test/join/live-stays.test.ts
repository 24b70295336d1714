import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { NumberMap } from "../../src/base/columns.js";
import { STATES } from "../../src/calltree/index.js";
import { readScheduling } from "../../src/join/collect.js";
import { type LiveStay, LiveStays } from "../../src/join/live-stays.js";
import { traceNames } from "../analyses/traces.js";

/** `goroutine state`: time. Nobody looks at running here, of which marking for the collector is a part. */
type Sums = Map<string, number>;

function add(sums: Sums, goid: number, state: string, time: number): void {
  if (time <= 0 || ["running", "gc", "unknown"].includes(state)) return;
  const key = `${goid} ${state}`;
  sums.set(key, (sums.get(key) ?? 0) + time);
}

/** The sums of a whole trace up to a time. */
function whole(bytes: Uint8Array, until: number): Sums {
  const { stays } = readScheduling([bytes]);
  const sums: Sums = new Map();
  const cursor = stays.cursor();
  for (const goid of stays.goroutines) {
    for (let more = cursor.seek(goid, Number.NEGATIVE_INFINITY); more; more = cursor.next()) {
      add(sums, goid, STATES[cursor.state], Math.min(cursor.end, until) - cursor.begin);
    }
  }
  return sums;
}

test.each(traceNames.filter((name) => !name.startsWith("go1.2") || name.includes("workload")))(
  "%s: stays that come in pieces are those of the whole trace",
  (name) => {
    const bytes = new Uint8Array(gunzipSync(readFileSync(`testdata/exectrace/${name}.trace.gz`)));
    const sums: Sums = new Map();
    const ends = new NumberMap();
    const live = new LiveStays(({ goid, state, from, to }: LiveStay) => {
      // The pieces of a goroutine follow one another.
      expect(from).toBeGreaterThanOrEqual(ends.get(goid, 0));
      ends.set(goid, to);
      add(sums, goid, state, to - from);
    });
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7919) % 20011) {
      live.push(bytes.subarray(at, at + size));
    }
    const expected = whole(bytes, live.until);
    expect(sums.size).toBeGreaterThan(20);
    expect([...sums.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, time] of expected) expect(sums.get(key), key).toBeCloseTo(time, 0);
  },
);
