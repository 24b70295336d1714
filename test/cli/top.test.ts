import { expect, test } from "vitest";
import { namingOf } from "../../src/cli/top/print.js";
import type { Snapshot } from "../../src/follow/index.js";

test("names of top are short, as far as they then differ", () => {
  const names = ["example.com/m/pkg/api.Run", "example.com/m/internal/api.Run", "example.com/m/v2.Start"];
  const snapshot = {
    functions: [{ name: names[0] }],
    inFlight: [{ path: [names[1]] }],
    goroutines: [{ function: names[2], count: 1 }],
  } as unknown as Snapshot;
  expect(names.map(namingOf(snapshot, { fullNames: false }))).toEqual([
    "pkg/api.Run",
    "internal/api.Run",
    "m/v2.Start",
  ]);
  expect(names.map(namingOf(snapshot, { fullNames: true }))).toEqual(names);
});
