import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readControl, readHeader } from "../../src/calltrace/index.js";
import { lengthPatches } from "../../src/calltrace/patch.js";
import { isInMemory, LimitWatch } from "../../src/cli/run/limits.js";
import { encodeHeader } from "../support/calltrace/encode.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-limits-"));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** The n-th trace of this process, or of one that has ended. */
function write(name: string, grown: number, stopReason = 0): string {
  const path = join(directory, name);
  writeFileSync(path, encodeHeader({ numbers: { used: 4096n, grown: BigInt(grown), stopReason: BigInt(stopReason) } }));
  return path;
}

const halted = (path: string) => readFileSync(path).readUInt32LE(108);

test("all traces together have a limit: processes that run are halted, and it is said once", () => {
  const lines: string[] = [];
  const watch = new LimitWatch({ directory, limit: 1 << 20, total: 4 << 20 }, undefined, (line) => lines.push(line));
  watch.look();
  const mine = write(`${process.pid}-1.gotrace`, 1 << 20);
  const over = write("999999999-1.gotrace", 2 << 20);
  writeFileSync(join(directory, `${process.pid}-3.gotrace`), "");
  watch.look();
  expect([lines, halted(mine)]).toEqual([[], 0]);
  const next = write(`${process.pid}-2.gotrace`, 1 << 20);
  watch.look();
  watch.look();
  expect([mine, next, over].map(halted)).toEqual([1, 1, 0]);
  expect(lines).toEqual([
    expect.stringMatching(/^the traces of this run have reached 4(\.0)? ?MiB: .*--max-trace-size/),
  ]);
  const late = write(`${process.pid}-4.gotrace`, 8192);
  watch.look();
  expect([halted(late), lines.length]).toEqual([1, 1]);
});

test("what stops the recording of a process is said once, with what helps", () => {
  const lines: string[] = [];
  const watch = new LimitWatch({ directory, limit: 2 ** 31, total: 2 ** 40 }, undefined, (line) => lines.push(line));
  write(`${process.pid}-1.gotrace`, 4096, 1);
  write(`${process.pid}-2.gotrace`, 4096, 2);
  watch.look();
  watch.look();
  expect(lines).toEqual([
    expect.stringMatching(/^process \d+: its trace has reached the size limit: allow more with --max-trace-size/),
    expect.stringMatching(/^process \d+: there is no space left for its trace: free some/),
  ]);
  for (let n = 5; n < 20; n++) write(`${process.pid}-${n}.gotrace`, 4096, 1);
  watch.look();
  expect(lines.length).toBe(4);
});

test("an execution trace has the limit of its own, and counts towards the total", () => {
  const own = mkdtempSync(join(directory, "executions-"));
  const lines: string[] = [];
  const watch = new LimitWatch({ directory: own, limit: 700, total: 1 << 20 }, own, (line) => lines.push(line));
  const calls = join(own, `${process.pid}-1.gotrace`);
  writeFileSync(calls, encodeHeader({ numbers: { used: 4096n, grown: 8192n } }));
  const execution = join(own, `${process.pid}-1.trace`);
  writeFileSync(execution, new Uint8Array(700));
  watch.look();
  expect(lines).toEqual([]);
  writeFileSync(execution, new Uint8Array(701));
  watch.look();
  watch.look();
  expect(lines).toEqual([
    expect.stringMatching(/^process \d+: its execution trace has reached the size limit: .*--max-trace-size/),
  ]);
  expect(halted(calls)).toBe(0);
  writeFileSync(execution, new Uint8Array(1 << 20));
  watch.look();
  expect(halted(calls)).toBe(1);
  expect(lines[1]).toMatch(/^the traces of this run have reached 1(\.0)? ?MiB/);
});

const inMemory = ["/dev/shm", "/run"].find((path) => isMounted(path, "tmpfs"));

test.runIf(inMemory)("a file system in memory is told from others", () => {
  expect(isInMemory(inMemory!)).toBe(true);
  expect(isInMemory("/proc")).toBe(false);
  expect(isInMemory(join(directory, "missing"))).toBe(false);
});

/** Whether a file system of this kind is mounted there, as the kernel says (Linux). */
function isMounted(path: string, kind: string): boolean {
  try {
    return readFileSync("/proc/self/mounts", "utf8").includes(` ${path} ${kind} `);
  } catch {
    return false;
  }
}

test("a process that writes faster than it is read is paused before its limit, and goes on if nobody reads any more", () => {
  const own = mkdtempSync(join(directory, "paced-"));
  const path = join(own, `${process.pid}-1.gotrace`);
  const trace = Buffer.from(new TraceWriter({ control: { numbers: { given: 20n << 20n } } }).finish());
  const head = readHeader(trace, 0);
  const write = (used: number) => {
    for (const { offset, bytes } of lengthPatches(used * 2 ** 20)) trace.set(bytes, offset);
    writeFileSync(path, trace);
  };
  const gate = () => {
    const { numbers } = readControl(memorySource(readFileSync(path)), Number(head.numbers.control))!;
    return [numbers.gate, numbers.behind];
  };
  let read: number | undefined;
  const watch = new LimitWatch(
    { directory: own, limit: 64 << 20, total: 1 << 30 },
    undefined,
    () => undefined,
    () => read,
  );
  const look = (used: number, megabytes?: number) => {
    write(used);
    read = megabytes && megabytes * 2 ** 20;
    watch.look();
    return gate();
  };
  // 56 of 64 MiB are full when 76 are written and 20 given back; 8 must be unread.
  expect([look(77), look(77, 70), look(76, 10), look(77, 10)]).toEqual([...Array(3).fill([0n, 0n]), [2n, 1n]]);
  trace.set(readFileSync(path));
  expect([look(80, 79), look(80)]).toEqual([
    [2n, 1n],
    [0n, 1n],
  ]);
});
