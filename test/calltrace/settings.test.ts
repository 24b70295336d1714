import { expect, test } from "vitest";
import {
  type Control,
  fitsControl,
  readControl,
  type SettingsChange,
  settingsPatches,
} from "../../src/calltrace/index.js";
import { writeControl } from "../support/calltrace/encode.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const OFFSET = 4096;
const bytes = new Uint8Array(OFFSET + 1024);
writeControl({ numbers: { mode: 1n, ringBytes: 1n << 28n, generation: 0xffffffffn, applied: 7n } }, bytes, OFFSET);
const read = () => readControl(memorySource(bytes), OFFSET)!;

/** Changes the settings, one patch after another. @returns what they are then */
function change(settings: SettingsChange, now = 1n): Control {
  for (const { offset, bytes: piece } of settingsPatches(read(), OFFSET, settings, now)) {
    expect(read().numbers.generation, "the generation is written last").toBe(before.generation);
    bytes.set(piece, offset);
  }
  before = read().numbers;
  return read();
}
let before = read().numbers;

test("settings are written where the process reads them, and nothing else is", () => {
  expect(settingsPatches(read(), OFFSET, {}, 1n)).toEqual([]);
  const { numbers, text, mode } = change({ minimum: 10_000, depth: 20, text: "-codec\\.\n+µ" });
  expect({ ...numbers, text, mode }).toMatchObject({
    ...{ generation: 0n, applied: 7n, minimum: 10_000n, depth: 20n, gate: 0n, ringBytes: 1n << 28n },
    ...{ text: "-codec\\.\n+µ", mode: "ring", textLength: 12n },
  });
  expect(change({ asksForSnapshot: true }).numbers).toMatchObject({ dump: 1n, generation: 1n, gate: 0n });
  expect(change({ text: "" })).toMatchObject({ text: "", numbers: { generation: 2n, minimum: 10_000n } });
});

test("the log of the gate keeps the last changes", () => {
  for (let n = 1n; n <= 20n; n++) change({ isPaused: n % 2n === 1n }, n * 1000n);
  const { gates, numbers } = change({ isPaused: false }, 1_000_000n);
  expect(numbers).toMatchObject({ changes: 20n, gate: 0n });
  expect(gates.length).toBe(16);
  expect([gates[0], gates.at(-1)]).toEqual([
    { nano: 5000n, isPaused: true },
    { nano: 20_000n, isPaused: false },
  ]);
});

test("a pause because of gotrace is counted, and can become one of the user's", () => {
  const { numbers } = change({ isPaused: true, isBehind: true });
  expect(numbers).toMatchObject({ changes: 21n, gate: 2n, behind: 1n });
  expect(change({ isPaused: true }).numbers).toMatchObject({ changes: 21n, gate: 1n, behind: 1n });
  expect(change({ isPaused: false }).numbers).toMatchObject({ changes: 22n, gate: 0n, behind: 1n });
});

test("a paused process is asked through the gate, the number of the request first; it stays paused", () => {
  change({ isPaused: true });
  const names = settingsPatches(read(), OFFSET, { asksForSnapshot: true }, 1n).map(({ offset }) => offset - OFFSET);
  expect(names).toEqual([52, 32, 36]);
  const { numbers } = change({ asksForSnapshot: true });
  expect(numbers).toMatchObject({ dump: 2n, gate: 3n, changes: 23n });
  expect(change({ isPaused: false }).numbers).toMatchObject({ gate: 0n, changes: 24n });
});

test("what fits into the chunk", () => {
  expect([fitsControl("x".repeat(624)), fitsControl("µ".repeat(313))]).toEqual([true, false]);
});
