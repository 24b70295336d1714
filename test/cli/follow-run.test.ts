import { expect, test, vi } from "vitest";
import { FollowedRun } from "../../src/cli/run/follow-run.js";
import { temporaryDirectory } from "../e2e/support.js";

test("no thread starts after the program has ended: the trace is being read from its beginning then", () => {
  vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(1000);
  const lines: string[] = [];
  const run = new FollowedRun({ directory: temporaryDirectory(), limit: 1, givesBack: false }, false, (line) =>
    lines.push(line),
  );
  run.look(1 << 30);
  run.ended();
  run.close();
  run.look(1 << 30);
  expect(lines).toEqual(["following the trace"]);
});
