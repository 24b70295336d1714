import { expect, test } from "vitest";
import { closeUps } from "../../src/page/data/page.js";
import { finding, report } from "./reports.js";

test.each([
  ["a long one has half its length around it", { time: 100e6, duration: 60e6 }, [70e6, 190e6]],
  ["a short one has 20 µs around it", { time: 100e6, duration: 1000 }, [100e6 - 20_000, 100e6 + 21_000]],
  ["a moment has a millisecond around it", { time: 100e6, duration: 0 }, [99e6, 101e6]],
  ["nothing lies before the trace", { time: 400_000, duration: 0 }, [0, 1_400_000]],
  ["nothing lies behind it", { time: 2e9, duration: 0 }, [2e9 - 1e6, 2e9]],
])("%s", (_, changes, window) => {
  const { requests } = closeUps(report({ findings: [finding(changes)] }));
  expect(requests.map(({ begin, end }) => [begin, end])).toEqual([window]);
});
