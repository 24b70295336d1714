import { expect, test } from "vitest";
import { measureOf, namingOf } from "../../src/cli/top/print.js";
import type { Snapshot } from "../../src/follow/index.js";
import { screenLines } from "../../src/render/top/screen.js";

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

test("no line of the screen is wider than the terminal, whatever the alphabet", async () => {
  const goroutines = ["处理用户请求的后台服务", "发送电子邮件通知"].map((name) => ({
    function: `main.${name}`,
    count: 3,
  }));
  const process = { pid: 7, executable: "/bin/工作工作工作工作工作", age: 1e9, events: 5, written: 0, hasEnded: false };
  const snapshot = {
    window: 1e9,
    processes: [process],
    functions: [],
    inFlight: [],
    goroutines,
  } as unknown as Snapshot;
  const widthOf = await measureOf(snapshot);
  const lines = screenLines(snapshot, { colour: false, width: 40, widthOf, sort: "self" });
  expect(lines[0]).toMatch(/^工作工作工作工作工作 \(7\) · up 1\.00s · 5…$/);
  expect(lines.map(widthOf).filter((width) => width > 40)).toEqual([]);
});
