import { expect, test } from "vitest";
import {
  bundlePatches,
  encodeNote,
  endPatches,
  notePatches,
  openTrace,
  type Patch,
} from "../../src/calltrace/index.js";
import { fromText } from "../support/calltrace/from-text.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { small } from "./fixtures.js";

const bytes = fromText(small);
const opened = (data: Uint8Array) => openTrace(memorySource(data)).processes[0];

function patched(data: Uint8Array, patches: readonly Patch[]): Uint8Array {
  const size = Math.max(data.length, ...patches.map(({ offset, bytes }) => offset + bytes.length));
  const copy = new Uint8Array(size);
  copy.set(data);
  for (const { offset, bytes } of patches) copy.set(bytes, offset);
  return copy;
}

test("end, exit status and processor time go into the header", () => {
  const { info } = opened(patched(bytes, endPatches({ nano: 9000n, exitStatus: 137, cpu: 250 })));
  expect(info).toMatchObject({ end: 4000, exitStatus: 137, cpu: 250e6 });
});

test("notes go behind the last chunk, also over reserved space", () => {
  const notes = [{ packages: ["a", "ü"] }, { n: 1 }];
  const reserved = new Uint8Array(8192);
  reserved.set(bytes);
  for (const data of [bytes, reserved]) {
    const process = opened(patched(data, notePatches(opened(data), notes)));
    expect(process.notes).toEqual([{ command: "app" }, ...notes]);
    expect(process.problem).toBeUndefined();
    expect(process.length).toBe(4736 + 128);
  }
});

test("a note that fits no chunk is refused", () => {
  expect(() => encodeNote({ text: "x".repeat(1 << 20) })).toThrow(RangeError);
});

test("a copy of the used part can stand in a bundle", () => {
  const data = patched(bytes, [{ offset: 16, bytes: new Uint8Array([0, 64, 1, 0, 0, 0, 0, 0]) }]);
  const cut = data.slice(0, 4700);
  const process = opened(cut);
  const copy = patched(cut, [...bundlePatches(process)]);
  const bundle = new Uint8Array(copy.length + bytes.length);
  bundle.set(copy);
  bundle.set(bytes, copy.length);
  expect(openTrace(memorySource(bundle)).processes.map(({ base }) => base)).toEqual([0, 4700]);
});
