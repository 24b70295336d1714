import { expect, test } from "vitest";
import { processorTime } from "../../src/gotool/cputime.js";
import { runProgram } from "../../src/gotool/process.js";

const linux = process.platform === "linux";
const BUSY = "while (process.cpuUsage().user < 300000);";

test("a program that ended has its processor time, by the system's ticks of 10 ms", async () => {
  const { cpu } = await runProgram({ command: process.execPath, args: ["-e", BUSY], cwd: ".", env: process.env });
  if (linux) expect(cpu).toBeGreaterThanOrEqual(280);
  else expect(cpu).toBeUndefined();
});

test("a process has what it used so far; one that is gone has none", () => {
  const own = process.cpuUsage();
  if (linux) expect(processorTime(process.pid)).toBeGreaterThanOrEqual((own.user + own.system) / 1000 - 50);
  expect(processorTime(2 ** 30)).toBeUndefined();
});
