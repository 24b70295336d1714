import { expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { headerClock, openTrace, processInfo, readHeader } from "../../src/calltrace/index.js";
import { encodeHeader } from "../support/calltrace/encode.js";
import { fromText } from "../support/calltrace/from-text.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { small } from "./fixtures.js";

const bytes = fromText(small);
const open = (data: Uint8Array) => openTrace(memorySource(data));

function changed(change: (copy: Uint8Array, view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  change(copy, new DataView(copy.buffer));
  return copy;
}

test("a trace opens with its header, definitions and notes", () => {
  const [process] = open(bytes).processes;
  expect(process.info).toMatchObject({ pid: 42, goVersion: "go1.26.0", executable: "/tmp/app", lost: 2 });
  expect(process.info.end).toBeUndefined();
  // Traces of earlier releases do not say it.
  expect(process.info.build).toBeUndefined();
  const built = small.replace('  executable "/tmp/app"\n', '  executable "/tmp/app"\n  build "0af1+dirty"\n');
  expect(open(fromText(built)).processes[0].info.build).toBe("0af1+dirty");
  expect(process.definitions.get(2)).toEqual({ id: 2, kind: "go", name: "main.main", file: "main.go", line: 4 });
  expect(process.notes).toEqual([{ command: "app" }]);
  expect(process.chunks.count).toBe(2);
  expect(process.problem).toBeUndefined();
  expect(process.length).toBe(4736);
});

test("what is no trace, or one of another version, is refused", () => {
  const message = (data: Uint8Array) => {
    try {
      open(data);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return (error as UserError).message;
    }
    return "";
  };
  expect(message(new Uint8Array(0))).toBe("this is not a gotrace trace");
  expect(message(new TextEncoder().encode("go 1.22 trace\0\0\0"))).toBe("this is not a gotrace trace");
  expect(message(changed((_, view) => view.setUint32(8, 7, true)))).toBe(
    "the trace at offset 0 has format version 7; this gotrace reads versions 2 to 3",
  );
  expect(message(bytes.slice(0, 100))).toBe("the trace at offset 0 ends after 100 bytes, within its header of 4096");
});

test.each([
  ["go 1.22 trace\0\0\0", /execution trace of Go: use `gotrace analyze`/],
  ["\x1f\x8b\x08\0", /compressed/],
  ["module app\n", /gotrace run --save/],
])("advice on a file that begins with %j", (text, advice) => {
  const reading = () => open(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  expect(reading).toThrow(expect.objectContaining({ advice: expect.stringMatching(advice) }));
});

test("damage ends a trace with its offset; what is before it stays", () => {
  const at = (data: Uint8Array) => {
    const [process] = open(data).processes;
    return [process.chunks.count, process.problem?.offset, process.problem?.message];
  };
  expect(at(changed((copy) => copy.fill(1, 4416, 4420)))).toEqual([
    1,
    4416,
    "there is no chunk where one should begin",
  ]);
  expect(at(changed((_, view) => view.setUint32(4292, 65, true)))).toEqual([0, 4288, "a chunk says it has 65 bytes"]);
  expect(at(changed((_, view) => view.setUint16(4290, 99, true)))).toEqual([0, 4288, "a chunk of unknown kind 99"]);
  expect(at(changed((_, view) => view.setUint32(4300, 5, true)))).toEqual([
    0,
    4288,
    "chunk 5 of slot 7 stands where chunk 0 should",
  ]);
  expect(at(bytes.slice(0, 4500))).toEqual([2, 4500, "the trace ends within a chunk"]);
  expect(at(bytes.slice(0, 4544))).toEqual([2, 4544, "the trace ends here; its header says it has 4736 bytes"]);
});

test("several traces in one file, reserved space between them", () => {
  const bundle = new Uint8Array(4736 * 2 + 1000);
  bundle.set(bytes);
  bundle.set(bytes, 4736 + 640);
  const trace = open(bundle);
  expect(trace.processes.map(({ base }) => base)).toEqual([0, 4736 + 640]);
  expect(trace.problem).toBeUndefined();
  bundle[5000] = 1;
  expect(open(bundle)).toMatchObject({
    processes: [{ base: 0 }],
    problem: { offset: 5000, message: "what follows the trace is not one" },
  });
});

test("a trace in a file of a tebibyte of zeros ends after what a process could have reserved", () => {
  const giant = (data: Uint8Array) => {
    let most = 0;
    const size = 2 ** 40;
    const read = (offset: number, into: Uint8Array) => {
      const length = Math.min(into.length, size - offset);
      most = Math.max(most, offset + length);
      into.fill(0, 0, length);
      if (offset < data.length) into.set(data.subarray(offset, offset + length));
      return length;
    };
    const { processes } = openTrace({ size, read });
    expect(most).toBeLessThan(1.1 * 2 ** 30);
    return processes.map(({ chunks, problem }) => [chunks.count, problem?.message]);
  };
  expect(giant(bytes)).toEqual([[2, undefined]]);
  // By `used`, the zeros belong to the trace.
  const used = changed((_, view) => view.setBigUint64(16, 2n ** 40n, true));
  expect(giant(used)).toEqual([[2, "nothing but zeros follows"]]);
});

test("damage in one process leaves those behind it", () => {
  const bundle = new Uint8Array(4736 * 2);
  bundle.set(changed((copy) => copy.fill(1, 4416, 4420)));
  bundle.set(bytes, 4736);
  const { processes } = open(bundle);
  expect(processes.map(({ problem }) => problem?.offset)).toEqual([4416, undefined]);
});

test("a process that was killed between taking space and getting it has lost nothing", () => {
  const reserved = new Uint8Array(65536);
  reserved.set(bytes);
  new DataView(reserved.buffer).setBigUint64(16, 65536n + 256n, true);
  const [process] = open(reserved).processes;
  expect(process.problem).toBeUndefined();
});

test("the cost of the hooks comes in nanoseconds, where it was measured", () => {
  const hookOf = (lines: string) =>
    open(fromText(small.replace("  pid 42\n", `  pid 42\n${lines}`))).processes[0].info.hook;
  const pair = "  pairATicks 3000\n  pairANano 6000\n  latest 1\n";
  expect(hookOf(pair)).toBeUndefined();
  expect(hookOf(`${pair}  flags 1\n  hookInner 45056\n  hookOuter 1024\n`)).toEqual({ inner: 22, outer: 0.5 });
  expect(hookOf(`  hookOuter 1536\n`)).toEqual({ inner: 0, outer: 1.5 });
});

test("when recording stopped is counted from the latest clock pair: no rate holds for hours", () => {
  const pair = { startTicks: 1000n, startNano: 500n, pairATicks: 5000n, pairANano: 9500n, latest: 1n };
  const header = readHeader(encodeHeader({ numbers: { ...pair, stopReason: 6n, stopTicks: 4990n } }), 0);
  const info = processInfo(header, { ...headerClock(header), slope: 2 });
  expect(info.stop).toEqual({ reason: "snapshot", at: 8980 });
});
