import { expect, test, vi } from "vitest";
import { FollowBoard } from "../../src/cli/run/follow-board.js";
import { FollowedRun } from "../../src/cli/run/follow-run.js";
import { temporaryDirectory } from "../e2e/support.js";

test("no thread starts after the program has ended: the trace is being read from its beginning then", () => {
  vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(1000);
  const lines: string[] = [];
  const run = new FollowedRun({ directory: temporaryDirectory(), limit: 1, givesBack: false }, {}, (line) =>
    lines.push(line),
  );
  run.look(1 << 30);
  run.ended();
  run.close();
  run.look(1 << 30);
  expect(lines).toEqual(["following the trace"]);
});

test("what will be followed counts as unread until the thread has looked for it", () => {
  const recording = { directory: temporaryDirectory(), limit: 1 << 22 };
  const run = new FollowedRun({ ...recording, givesBack: true }, {}, () => undefined);
  expect(run.readOf("1-1.gotrace")).toBe(0);
  run.ended();
  expect(run.readOf("1-1.gotrace")).toBeUndefined();
  const small = new FollowedRun({ ...recording, limit: (1 << 22) - 1, givesBack: true }, {}, () => undefined);
  expect(small.readOf("1-1.gotrace")).toBeUndefined();
  const kept = new FollowedRun({ ...recording, givesBack: false }, {}, () => undefined);
  expect(kept.readOf("1-1.gotrace")).toBeUndefined();
});

test("the board tells how far each trace is read, to both threads", () => {
  const board = new FollowBoard();
  const other = new FollowBoard(board.buffer);
  board.tell(0, "/a/12-1.gotrace", 3 << 20);
  board.tell(7, "/a/12-2.gotrace", 2 ** 40 + 5);
  board.isBehind = true;
  expect([other.readOf("12-1.gotrace"), other.readOf("12-2.gotrace"), other.readOf("1-2.gotrace")]).toEqual([
    3 << 20,
    2 ** 40,
    undefined,
  ]);
  expect([other.isBehind, other.isReady]).toEqual([true, false]);
  board.tell(0, "/a/12-1.gotrace", undefined);
  expect(other.readOf("12-1.gotrace")).toBeUndefined();
});
