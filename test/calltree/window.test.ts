/** Times on the wall clock choose what to show: `--from 14:32:05`. */
import { expect, test } from "vitest";
import { type Moment, parseMoment } from "../../src/base/moment.js";
import { CallLister } from "../../src/callstats/index.js";
import { HEADER_FIELDS } from "../../src/calltrace/spec.js";
import { readRecording, type SelectOptions } from "../../src/calltree/index.js";
import { filterNotices } from "../../src/render/notices.js";
import { callsTable } from "../../src/render/numbers/calls.js";
import { plainWidth } from "../../src/render/style.js";
import { renderTree } from "../../src/render/tree/tree.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { scripted } from "./script.js";

const SECOND = 1e9;

/** A process that calls main.tick every second for `seconds` seconds, started at a local time. */
function ticking(start: Date | undefined, seconds: number): Uint8Array {
  const ticks = Array.from({ length: seconds }, (_, n) => `${n * 1e6} g1 { main.tick\n ${n * 1e6 + 10} g1 }`);
  const bytes = scripted(`${ticks.join("\n")}`);
  const { offset } = HEADER_FIELDS.find(({ name }) => name === "startWall")!;
  const wall = start === undefined ? 0n : BigInt(start.getTime()) * 1_000_000n;
  new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(offset, wall, true);
  return bytes;
}

const moment = (text: string) => parseMoment(text) as Moment;
const read = (select: SelectOptions, ...traces: Uint8Array[]) => readRecording(traces.map(memorySource), { select });

/** The seconds, since the start of each process, at which the calls that are left began. */
function seconds(select: SelectOptions, ...traces: Uint8Array[]): number[][] {
  const recording = read(select, ...traces);
  const begun = traces.map((): number[] => []);
  let process = 0;
  recording.visit({
    begin: (goroutine) => {
      process = goroutine.process;
    },
    enter: (_node, start) => {
      begun[process].push(Math.round(start / SECOND));
    },
  });
  return begun;
}

const noon = new Date(2026, 10, 29, 12, 0, 0);
const window = (from: string, to: string) => ({ from: moment(from), to: moment(to) });

test("a time of day, with a fraction or a date, as one process saw it", () => {
  const trace = ticking(noon, 6);
  expect(seconds(window("12:00:02", "12:00:03.5"), trace)).toEqual([[2, 3]]);
  expect(seconds(window("12:00:01.9999", "2026-11-29 12:00:02"), trace)).toEqual([[2]]);
  expect(seconds({ to: moment(new Date(noon.getTime() + 1500).toISOString()) }, trace)).toEqual([[0, 1]]);
});

test("one moment for several processes: each counts it from its own start", () => {
  const later = ticking(new Date(noon.getTime() + 3000), 6);
  expect(seconds(window("12:00:02", "12:00:04"), ticking(noon, 6), later)).toEqual([
    [2, 3, 4],
    [0, 1],
  ]);
  // For the second process it lies before the start.
  expect(seconds({ to: moment("12:00:01") }, ticking(noon, 6), later)).toEqual([[0, 1], []]);
});

test("over midnight, and after half a day", () => {
  const night = ticking(new Date(2026, 10, 29, 23, 59, 58), 5);
  expect(seconds(window("23:59:59", "0:00:01"), night)).toEqual([[1, 2, 3]]);
  expect(seconds({ from: moment("00:00:02") }, night)).toEqual([[4]]);
  const long = scripted("0 g1 { main.a\n 1 g1 }\n 72000e6 g1 { main.b\n 72001e6 g1 }".replaceAll("e6", "000000"));
  new DataView(long.buffer).setBigInt64(56, BigInt(noon.getTime()) * 1_000_000n, true);
  // 08:00 of the day on which it ended, not of that on which it began.
  expect(seconds({ from: moment("08:00") }, long)).toEqual([[72_000]]);
});

test("outside the trace, in the wrong order, or without a clock: what it is and what to do", () => {
  const trace = ticking(noon, 6);
  const reach = "it reaches from 2026-11-29 12:00:00.000 to 12:00:05.000, local time";
  const error = (select: SelectOptions, of = trace) => {
    try {
      read(select, of);
    } catch (thrown) {
      const { message, advice } = thrown as { message: string; advice: string };
      return [message, advice];
    }
    return undefined;
  };
  expect(error({ from: moment("12:10") })).toEqual([
    "--from 2026-11-29 12:10:00.000 is after the end of the trace",
    reach,
  ]);
  expect(error({ to: moment("11:59") })).toEqual([
    "--to 2026-11-29 11:59:00.000 is before the start of the trace",
    reach,
  ]);
  expect(error(window("12:00:04", "12:00:01"))?.[0]).toBe(
    "--to (2026-11-29 12:00:01.000) is before --from (2026-11-29 12:00:04.000)",
  );
  expect(error({ from: moment("12:00:01") }, ticking(undefined, 2))).toEqual([
    "--from: the trace does not record the time of day",
    "use a duration since the start of the process, such as --from 1.5s",
  ]);
  expect(error({ from: moment("11:00"), to: moment("13:00") })).toBeUndefined();
});

test("reports show the time of day where the trace knows it", () => {
  const style = { colour: false, width: undefined, widthOf: plainWidth };
  const shown = (trace: Uint8Array) => {
    const { forest } = read({}, trace);
    const tree = [...renderTree(forest)].join("").split("\n")[0];
    const lister = new CallLister(forest, () => true, { choice: { kind: "last", count: 1 } });
    read({}, trace).visit(lister);
    const report = { listing: lister.listing(), of: "main.tick", titles: undefined, costs: [], notices: [] };
    return [tree, ...[...callsTable(report, style)].join("").split("\n").slice(2, 4)];
  };
  const [tree, heading, call] = shown(ticking(noon, 3));
  expect(tree).toBe("TOTAL: 2.00s (2026-11-29 12:00:00.000 to 12:00:02.000)");
  expect(heading).toMatch(/^START +AT +DURATION/);
  expect(call).toMatch(/^2\.00s +12:00:02\.000 +10\.0µs/);
  const [bare, without] = shown(ticking(undefined, 3));
  expect(bare).toBe("TOTAL: 2.00s");
  expect(without).toMatch(/^START +DURATION/);
  const [notice] = filterNotices(read(window("12:00:01", "12:00:02"), ticking(noon, 3))).slice(-1);
  expect(notice.text).toBe("calls and times are those from 2026-11-29 12:00:01.000 to 2026-11-29 12:00:02.000");
});
