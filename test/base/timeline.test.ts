import fc from "fast-check";
import { expect, test } from "vitest";
import { Timeline } from "../../src/base/timeline.js";

test("the integral over all buckets is what was added, and buckets stay few", () => {
  const spans = fc.array(fc.tuple(fc.nat(1e7), fc.nat(1e6), fc.nat(5)), { minLength: 1 });
  fc.assert(
    fc.property(spans, (list) => {
      const timeline = new Timeline("sum", 16);
      let sum = 0;
      let end = 0;
      for (const [begin, length, weight] of list) {
        timeline.add(begin, begin + length, weight);
        sum += length * weight;
        end = Math.max(end, begin + length);
      }
      const values = timeline.upTo(end);
      expect(values.length).toBeLessThanOrEqual(16);
      expect(values.reduce((a, b) => a + b, 0)).toBe(sum);
      for (const [i, value] of values.entries()) {
        const from = i * timeline.step;
        const within = ([begin, length, weight]: [number, number, number]) =>
          Math.max(0, Math.min(begin + length, from + timeline.step) - Math.max(begin, from)) * weight;
        expect(value).toBe(list.reduce((a, span) => a + within(span), 0));
      }
    }),
  );
});

test("the largest value of each bucket", () => {
  const timeline = new Timeline("max", 4);
  const largest = [0, 0, 0];
  for (let time = 0; time <= 40960; time += 1024) {
    const value = (time * 7) % 5003;
    timeline.note(time, value);
    const bucket = Math.floor(time / 16384);
    largest[bucket] = Math.max(largest[bucket], value);
  }
  expect(timeline.step).toBe(16384);
  expect(timeline.upTo(40960)).toEqual(largest);
});
