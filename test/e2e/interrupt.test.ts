import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TraceWriter } from "../support/calltrace/writer.js";
import { startGotrace, temporaryDirectory } from "./support.js";

/** Twenty million events take more than a second to read. */
function largeTrace(path: string): void {
  const trace = new TraceWriter({ capacity: 1 << 26 });
  const [main, step] = [trace.define("function", "main.main"), trace.define("function", "main.step")];
  const slot = trace.slot(1);
  slot.begin(0, 1, 0, 0);
  slot.enter(1, main);
  for (let time = 2; time < 20_000_000; time += 2) {
    slot.enter(time, step);
    slot.exit(time + 1);
  }
  slot.exit(20_000_000);
  writeFileSync(path, trace.finish());
}

test("Ctrl-C ends a report that is being made", async () => {
  const cwd = temporaryDirectory();
  largeTrace(join(cwd, "large.gotrace"));
  for (const args of [
    ["report", "-v", "large.gotrace"],
    ["view", "-v", "--no-browser", "large.gotrace"],
  ]) {
    const process = startGotrace(args, { cwd });
    let stdout = "";
    process.stdout.on("data", (data) => {
      stdout += data;
    });
    const ended = new Promise((resolve) => process.on("exit", (code, signal) => resolve(signal ?? code)));
    await new Promise((resolve) => process.stderr.on("data", resolve));
    process.kill("SIGINT");
    expect(await ended).toBe("SIGINT");
    expect(stdout).toBe("");
  }
});
