/** `--exec-trace` of saved traces: the process that an execution trace belongs to. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openTrace } from "../../src/calltrace/index.js";
import { ExecTraces } from "../../src/cli/report/exec-traces.js";
import { openFile } from "../../src/cli/trace-files.js";
import { TraceReader } from "../../src/exectrace/index.js";
import { bytesOf } from "../analyses/traces.js";
import { encodeHeader } from "../support/calltrace/encode.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-exec-traces-"));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const trace = bytesOf("go1.26-one-proc");
const reader = new TraceReader([trace]);
reader.next();
const file = join(directory, "e.trace");
writeFileSync(file, trace);

/** A process that began `after` milliseconds after the execution trace; `end` and `seen` are milliseconds since its start. */
interface Made {
  readonly pid: number;
  readonly after: number;
  readonly end?: number;
  readonly seen?: number;
}

function headerOf({ pid, after, end, seen = 0 }: Made): Uint8Array {
  const start = reader.start + BigInt(after * 1e6);
  const numbers = {
    ...{ used: 4096n, grown: 4096n, pid: BigInt(pid), startNano: start, latest: 2n },
    ...{ pairBNano: start + BigInt(seen * 1e6), pairBTicks: BigInt(seen * 1e6) },
    endNano: end === undefined ? 0n : start + BigInt(end * 1e6),
  };
  return encodeHeader({ numbers });
}

let files = 0;

/** The processes (in one file each) that have an execution trace after the flags were given. */
async function joined(processes: readonly (Made | readonly Made[])[], ...flags: string[]): Promise<number[]> {
  const calls = processes.map((one) => {
    const path = join(directory, `${++files}.gotrace`);
    writeFileSync(path, Buffer.concat([one].flat().map(headerOf)));
    return openFile(path);
  });
  const assigned = await ExecTraces.assign(flags, calls, () => undefined);
  try {
    return calls
      .map((one) => assigned.joinTo(one))
      .flatMap(({ source }) => openTrace(source).processes)
      .flatMap(({ info, execution }) => {
        if (execution === undefined) return [];
        expect(Buffer.concat([...execution]).equals(trace)).toBe(true);
        return [info.pid];
      });
  } finally {
    assigned.close();
    for (const one of calls) one.close();
  }
}

const refused = (message: string, advice: string) => ({ message: expect.stringMatching(message), advice });

test("the process that began with the execution trace is meant, also among others that ran", async () => {
  expect(await joined([{ pid: 1, after: 5 }], file)).toEqual([1]);
  expect(
    await joined(
      [
        [
          { pid: 1, after: -200 },
          { pid: 2, after: 1 },
        ],
        { pid: 3, after: 60 },
      ],
      file,
    ),
  ).toEqual([2]);
});

test("else the one that ran when the execution trace began", async () => {
  const before = { pid: 1, after: -9000, end: 3000 };
  const during = { pid: 2, after: -5000, end: 9000 };
  const later = { pid: 3, after: 4000, end: 500 };
  expect(await joined([before, [during, later]], file)).toEqual([2]);
  expect(await joined([before, { pid: 2, after: -5000, seen: 6000 }], file)).toEqual([2]);
  // Its end is unknown, and nobody saw it run as late as that.
  expect(await joined([before, { pid: 2, after: -5000, seen: 100 }], file)).toEqual([2]);
});

test("one that may belong to several is refused, and the process can be named", async () => {
  const both = [
    { pid: 1, after: -5000, end: 9000 },
    { pid: 2, after: -7000, end: 9000 },
  ];
  await expect(joined(both, file)).rejects.toMatchObject(
    refused("e\\.trace may be the execution trace of 2 processes: 1, 2$", `say of which: --exec-trace 1=${file}`),
  );
  expect(await joined(both, `2=${file}`)).toEqual([2]);
  const own = join(directory, "2-1.trace");
  writeFileSync(own, trace);
  expect(await joined(both, own)).toEqual([2]);
  expect(await joined(both, own, `1=${file}`)).toEqual([1, 2]);
  await expect(joined(both, `3=${file}`)).rejects.toMatchObject(refused("no process 3", "name one of theirs: 1, 2"));
  await expect(joined(both, own, `2=${file}`)).rejects.toThrow(/2-1\.trace and .*e\.trace are both of process 2/);
});

test("what belongs to no process, or is no execution trace, is refused", async () => {
  const apart = [
    { pid: 1, after: -5000, end: 100 },
    { pid: 2, after: 5000, end: 100 },
  ];
  await expect(joined(apart, file)).rejects.toThrow("no process of these traces ran when this execution trace began");
  const text = join(directory, "text");
  writeFileSync(text, "text");
  await expect(joined(apart, text)).rejects.toThrow(/text is not an execution trace/);
  const calls = join(directory, "calls.gotrace");
  writeFileSync(calls, headerOf({ pid: 1, after: 0 }));
  await expect(joined(apart, calls)).rejects.toThrow(/calls\.gotrace is a call trace/);
  const cut = join(directory, "cut.trace");
  writeFileSync(cut, trace.subarray(0, 100));
  await expect(joined(apart, cut)).rejects.toThrow(/cut\.trace: /);
  await expect(joined(apart, join(directory, "none"))).rejects.toThrow(/cannot read .*none/);
});
