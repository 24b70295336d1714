import { expect, test } from "vitest";
import type { Control } from "../../src/calltrace/index.js";
import { processNotices } from "../../src/render/notices.js";
import { tracingOf } from "../../src/render/tracing.js";
import { grow } from "../calltree/script.js";

/** 1,000 calls within 10 ms beside a goroutine that waits for 10 s; hooks take at most 60 ns of each. */
function recorded(cpuMillis: number) {
  const calls = Array.from({ length: 1000 }, (_, i) => `${10 * i + 1} g1 { main.f\n${10 * i + 2} g1 }`).join("\n");
  const script = `0 g1 { main.main\n0.5 g1 go g2\n0.6 g2 { main.wait\n${calls}\n10000 g1 }\n10000000 g2 }`;
  const numbers = { hookInner: 5n * 1024n, hookOuter: 10n * 1024n, cpuMillis: BigInt(cpuMillis) };
  return grow(script, {}, { header: { numbers } }).processes[0];
}

const LINE = "times are as measured: tracing may have added up to 60ns a call";

test("what tracing may have taken is related to processor time, not to goroutines that wait", () => {
  // 1,002 calls, and a goroutine's start.
  expect(tracingOf(recorded(1))).toEqual([`${LINE}, 6.0% of 1.00ms of processor time`]);
});

test("where it is not worth a line there is none", () => {
  expect(tracingOf(recorded(10))).toEqual([]);
  expect(tracingOf(grow("0 g1 { main.main\n1 g1 }").processes[0])).toEqual([]);
});

test("where nobody measured processor time, the sum is said, and nothing of shares", () => {
  const process = recorded(0);
  expect(tracingOf({ ...process, total: 1e6 })).toEqual([`${LINE}, 60.3µs in all`]);
  expect(tracingOf(process)).toEqual([]);
});

test("where most of the run may have been tracing, the report names what helps", () => {
  const { info, ...process } = recorded(1);
  const busy = { ...process, info: { ...info, cpu: 50e3 } };
  expect(tracingOf(busy)).toEqual([`${LINE}, in 50.0µs of processor time`, expect.stringContaining("--skip-inlined")]);
  expect(processNotices(busy).map(({ about }) => about)).toEqual([undefined, "tracing", undefined]);
});

test("the processor time of a whole process is not compared with calls that were recorded in a part of it", () => {
  const whole = recorded(1);
  const sum = [`${LINE}, 60.3µs in all`];
  const { info } = whole;
  const short = { ...whole, total: 1e6 };
  expect(tracingOf({ ...short, reach: 5 })).toEqual(sum);
  expect(tracingOf({ ...short, info: { ...info, stop: { reason: "size limit", at: 5e6 } } })).toEqual(sum);
  expect(tracingOf({ ...short, info: { ...info, lost: 7 } })).toEqual(sum);
  const resumed = { numbers: { gate: 0n }, gates: [{ nano: 1n, isPaused: false }] } as unknown as Control;
  expect(tracingOf({ ...short, control: resumed })).toEqual(sum);
});

test("calls that were too short to be kept cost as much as others", () => {
  const leftOut = [{ name: "main.g", calls: 3000, time: 5e6 }];
  expect(tracingOf({ ...recorded(1), leftOut })).toEqual([
    `${LINE}, also for each that was not kept, 24.0% of 1.00ms of processor time`,
  ]);
});
