import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FollowedProcesses } from "../../src/cli/top/followed.js";
import { Windows } from "../../src/cli/top/windows.js";
import { scripted } from "../calltree/script.js";
import { temporaryDirectory } from "../e2e/support.js";

/** A process that has ended before anyone looked. */
const trace = join(temporaryDirectory(), "999999999-1.gotrace");
writeFileSync(trace, scripted("0 g1 { main.main\n10 g1 }"));

function windowsOf(): Windows {
  return new Windows(new FollowedProcesses(() => [trace], true), 1e9, () => true);
}

test("a program that top has started is in its first window, however short it was", () => {
  const windows = windowsOf();
  windows.start();
  const first = windows.next();
  expect(first.processes.length).toBe(1);
  expect(first.functions.map(({ name }) => name)).toEqual(["main.main"]);
  expect(windows.next().processes).toEqual([]);
});

test("what a process did before top looked at it is not in the first window", () => {
  const windows = windowsOf();
  expect(windows.begin()).toBe(1);
  expect(windows.next().processes).toEqual([]);
});
