import { expect, test } from "vitest";
import { parseMoment, sinceBegin } from "../../src/base/moment.js";

const ms = (date: Date) => BigInt(date.getTime()) * 1_000_000n;
const since = (text: string, begin?: bigint) => sinceBegin(parseMoment(text)!, begin);

test("since the begin, as durations", () => {
  expect(since("1.5s")).toBe(1.5e9);
  expect(since("1m250ms")).toBe(60.25e9);
});

test("by date, with a zone or in local time", () => {
  const begin = BigInt(Date.UTC(2026, 0, 2, 14, 32, 0)) * 1_000_000n + 7n;
  expect(since("2026-01-02T14:32:05Z", begin)).toBe(5e9 - 7);
  expect(since("2026-01-02T16:32:05.000000009+02:00", begin)).toBe(5e9 + 2);
  expect(since("2026-01-02 16:32:05+0200", begin)).toBe(5e9 - 7);
  expect(since("2026-01-02 14:33", ms(new Date(2026, 0, 2, 14, 32)))).toBe(60e9);
});

test("by the clock: the day nearest to the begin, over midnight too", () => {
  expect(since("14:32:05.25", ms(new Date(2026, 5, 2, 14, 32)))).toBe(5.25e9);
  expect(since("0:00:01", ms(new Date(2026, 5, 2, 23, 59, 59)))).toBe(2e9);
  expect(since("23:59:59", ms(new Date(2026, 5, 3, 0, 0, 1)))).toBe(-2e9);
});

test("what needs the time of the begin has none without it; other words are no moments", () => {
  expect(since("14:32", undefined)).toBeUndefined();
  for (const bad of ["", "5", "25:00", "14:60", "14:32:61", "2026-13-01 10:00", "2026-01-02", "noon", "-1s"]) {
    expect(parseMoment(bad), bad).toBeUndefined();
  }
});
