import fc from "fast-check";
import { expect, test } from "vitest";
import { formatCount, formatDuration, formatNumberOf, formatPercent } from "../../src/base/units.js";

test("durations have three digits and the unit that suits them", () => {
  const texts: [number, string][] = [
    [0, "0ns"],
    [0.4, "0.40ns"],
    [83, "83ns"],
    [999.4, "999ns"],
    [999.6, "1.00µs"],
    [1250, "1.25µs"],
    [99_960, "100µs"],
    [412e6, "412ms"],
    [999.6e6, "1.00s"],
    [2.31e9, "2.31s"],
    [59.99e9, "60.0s"],
    [125e9, "2m5s"],
    [3612e9, "1h0m12s"],
    [-1500, "-1.50µs"],
  ];
  for (const [ns, text] of texts) expect([ns, formatDuration(ns)]).toEqual([ns, text]);
});

test("no duration needs more than six columns below a minute", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 5.9e10, noNaN: true }), (ns) => formatDuration(ns).length <= 6));
});

test("counts and shares", () => {
  expect([0, 999, 1000, 1_000_000, 12_345_678].map(formatCount)).toEqual([
    "0",
    "999",
    "1,000",
    "1,000,000",
    "12,345,678",
  ]);
  expect([formatPercent(1, 3), formatPercent(1, 0), formatPercent(3, 1)]).toEqual(["33.3%", "0.0%", "300.0%"]);
  expect([formatNumberOf(1, "event"), formatNumberOf(2000, "event")]).toEqual(["1 event", "2,000 events"]);
});
