import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { recorderLines } from "../../src/cli/record/describe.js";
import { toggleGate } from "../../src/cli/record/gate.js";
import { changeRecorder, readRecorder, settledRecorder } from "../../src/cli/record/recorder.js";
import { withLine } from "../../src/cli/record/selection.js";
import { type ControlParts, encodeHeader, writeControl } from "../support/calltrace/encode.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-record-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, control?: ControlParts): string {
  const numbers = { pid: 4711n, ...(control === undefined ? {} : { control: 4096n }) };
  const bytes = new Uint8Array(4096 + 1024);
  bytes.set(encodeHeader({ numbers, strings: { executable: "/srv/orders" } }));
  if (control !== undefined) writeControl(control, bytes, 4096);
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}
const lines = (path: string) => recorderLines(readRecorder(path));

test("what is in force, in words", () => {
  const old = write("old");
  expect(lines(old)).toEqual([expect.stringContaining("an older gotrace built it")]);
  changeRecorder(readRecorder(old), { isPaused: true });
  expect(lines(write("all", {}))).toEqual(["orders (4711) records everything"]);
  const ring = write("ring", { numbers: { mode: 1n, ringAge: 30_000_000_000n, ringBytes: 1n << 30n } });
  expect(lines(ring)).toEqual(["orders (4711) records everything", "  in a ring: the last 30s, at most 1 GiB"]);
  changeRecorder(readRecorder(ring), { minimum: 10_000, depth: 20, text: "-codec\\.\n+Main$\n-x" });
  expect(lines(ring)).toEqual([
    "orders (4711) records",
    "  functions: all but codec\\., but Main$, but not x",
    "  calls of at least 10µs, and the callers of such calls",
    "  the outermost levels of each goroutine: 20",
    "  in a ring: the last 30s, at most 1 GiB",
    "  not in force yet: no traced function was called since",
  ]);
});

test("short calls are not left out where gotrace has read and counted them", () => {
  const path = write("given", { numbers: { giveAsked: 1n } });
  expect(() => changeRecorder(readRecorder(path), { minimum: 10_000 })).toThrow(/^process 4711 gives back its calls/);
  expect(lines(path)).toEqual(["orders (4711) records everything"]);
  changeRecorder(readRecorder(path), { minimum: 0, text: "-codec\\." });
  expect(lines(path)).toContain("  functions: all but codec\\.");
});

test("whether a change is in force is waited for", async () => {
  const path = write("settled", { numbers: { generation: 3n, applied: 2n } });
  expect((await settledRecorder(path, 0)).control?.numbers.applied).toBe(2n);
  const waiting = settledRecorder(path, 600_000);
  write("settled", { numbers: { generation: 3n, applied: 3n } });
  expect((await waiting).control?.numbers.applied).toBe(3n);
});

test("the gate closes if a process records, and else opens", () => {
  const paths = [write("one", {}), write("two", { numbers: { gate: 1n } }), write("three")];
  const gates = () => paths.map((path) => readRecorder(path).control?.numbers.gate);
  expect(toggleGate(paths)).toMatch(/^tracing is off/);
  expect(gates()).toEqual([1n, 1n, undefined]);
  expect(toggleGate(paths)).toBe("tracing is on");
  expect(gates()).toEqual([0n, 0n, undefined]);
  expect(toggleGate(paths.slice(2))).toContain("an older gotrace");
  expect(toggleGate([join(directory, "missing")])).toContain("no such file");
});

/** Whether a name is recorded, by the rule of the format. */
function isOn(text: string, name: string): boolean {
  const all = text === "" ? [] : text.split("\n");
  const last = all.filter((line) => new RegExp(line.slice(1)).test(name)).at(-1);
  return last === undefined ? !all[0]?.startsWith("+") : last.startsWith("+");
}

test("lines that became useless are removed, and no function is recorded otherwise for that", () => {
  expect(["-a", "+a"].reduce(withLine, "")).toBe("");
  expect(["-a", "-b", "-a", "-b"].reduce(withLine, "")).toBe("-a\n-b");
  expect(["+a", "-a"].reduce(withLine, "")).toBe("+a\n-a");
  const all = ["+a", "-a", "+b", "-b", "+ab", "-ab"];
  let random = 1;
  for (let n = 0; n < 500; n++) {
    let [text, plain] = ["", ""];
    for (let step = 0; step < 8; step++) {
      random = (random * 48271) % 2147483647;
      const line = all[random % all.length];
      const isFirst = plain === "" && text === "";
      text = withLine(text, line);
      // Without lines all is recorded, so that what comes first begins anew.
      plain = text === "" ? "" : isFirst ? line : `${plain}\n${line}`;
      for (const name of ["a", "b", "ab", "c"]) expect(isOn(text, name), `${plain} ${name}`).toBe(isOn(plain, name));
    }
  }
});
