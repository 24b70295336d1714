import { expect, test } from "vitest";
import { nearest } from "../../src/base/nearest.js";
import { formatQuantity, parseQuantity, type Quantity } from "../../src/base/quantity.js";

test.each<[string, Quantity, number | undefined]>([
  ["5ms", "ns", 5e6],
  ["1.5s", "ns", 1.5e9],
  ["1m30s", "ns", 90e9],
  ["5", "ns", undefined],
  ["0", "ns", 0],
  ["-5ms", "ns", undefined],
  ["64KiB", "bytes", 65536],
  ["64 KiB", "bytes", 65536],
  ["1g", "bytes", 2 ** 30],
  ["ten", "bytes", undefined],
  ["50MiB/s", "bytes/s", 50 * 2 ** 20],
  ["5%", "ratio", 0.05],
  ["4x", "ratio", 4],
  ["0.25", "ratio", 0.25],
  ["5%", "count", undefined],
  ["2.5", "count", 2.5],
  ["2.5", "goroutines", undefined],
  ["100", "goroutines", 100],
])("%s as %s", (text, unit, value) => {
  expect(parseQuantity(text, unit)).toBe(value);
});

test.each<[number, Quantity, string]>([
  [1e6, "ns", "1ms"],
  [100e6, "ns", "100ms"],
  [50e6, "ns", "50ms"],
  [1.25e6, "ns", "1.25ms"],
  [120e9, "ns", "2m0s"],
  [0.05, "ratio", "5%"],
  [4, "ratio", "4×"],
  [2 ** 20, "bytes", "1 MiB"],
  [50 * 2 ** 20, "bytes/s", "50 MiB/s"],
])("%d %s reads %s, which is the same again", (value, unit, text) => {
  expect(formatQuantity(value, unit)).toBe(text);
  expect(parseQuantity(text, unit)).toBe(value);
});

test("the word that was meant", () => {
  const words = ["GCPauseSpike", "GCAssist", "warn", "error"];
  expect(nearest("gcpausespike", words)).toBe("GCPauseSpike");
  expect(nearest("wran", words)).toBe("warn");
  expect(nearest("GCAs", words)).toBe("GCAssist");
  expect(nearest("nothing", words)).toBeUndefined();
});
