import fc from "fast-check";
import { expect, test } from "vitest";
import { lowestP, mannWhitney } from "../../src/base/statistics.js";

/** The exact value, by counting every way to choose the first sample. */
function byCounting(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const u = (chosen: readonly number[], others: readonly number[]) => {
    let sum = 0;
    for (const x of chosen) for (const y of others) sum += x > y ? 1 : x === y ? 0.5 : 0;
    return Math.abs(sum - (a.length * b.length) / 2);
  };
  const observed = u(a, b);
  let ways = 0;
  let extreme = 0;
  for (let mask = 0; mask < 1 << all.length; mask++) {
    const chosen = all.filter((_, i) => (mask >> i) & 1);
    if (chosen.length !== a.length) continue;
    ways++;
    if (
      u(
        chosen,
        all.filter((_, i) => !((mask >> i) & 1)),
      ) >=
      observed - 1e-9
    )
      extreme++;
  }
  return extreme / ways;
}

test("p-values of small samples, with ties, are those of counting all cases", () => {
  const sample = fc.array(fc.nat(6), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      expect(mannWhitney(a, b)).toBeCloseTo(byCounting(a, b), 10);
    }),
    { numRuns: 60 },
  );
});

test("known values", () => {
  // R: wilcox.test(1:4, 5:8)$p.value and wilcox.test(c(1,3,5,7,9), c(2,4,6,8,10))$p.value
  expect(mannWhitney([1, 2, 3, 4], [5, 6, 7, 8])).toBeCloseTo(0.02857143, 8);
  expect(mannWhitney([1, 3, 5, 7, 9], [2, 4, 6, 8, 10])).toBeCloseTo(0.6904762, 7);
  expect(lowestP(4, 4)).toBeCloseTo(0.02857143, 8);
  expect(lowestP(3, 3)).toBeCloseTo(0.1, 10);
});

test("large samples: the approximation is near the exact value", () => {
  const a = Array.from({ length: 25 }, (_, i) => (i * 37) % 101);
  const b = Array.from({ length: 25 }, (_, i) => ((i * 53) % 101) + 20);
  const exact = mannWhitney(a, b);
  const near = mannWhitney([...a, ...a], [...b, ...b]);
  expect(near).toBeLessThan(exact);
  expect(Math.abs(mannWhitney([...a, 60], b) - exact)).toBeLessThan(0.02);
});
