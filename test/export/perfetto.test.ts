import fc from "fast-check";
import { expect, test } from "vitest";
import type { Recording } from "../../src/calltree/index.js";
import { fitRecording, NO_BUDGET } from "../../src/export/event-budget.js";
import { renderPerfetto } from "../../src/export/perfetto.js";
import { ProtoWriter } from "../../src/export/protobuf.js";
import { callsOf, programs, record, recordProgram, workers } from "./calls.js";
import { readPerfetto } from "./perfetto.js";

const render = (recording: Recording, options = {}) =>
  readPerfetto(Buffer.concat([...renderPerfetto(recording, options)]));

test("a track for each goroutine, slices with places, flows from go statements", () => {
  const { slices, processes, begin } = render(record(workers));
  expect(processes).toEqual(["program0 (100)"]);
  expect(begin).toBe(10n ** 18n);
  expect(slices.map(({ track, path, start, end }) => `${track} ${start}-${end} ${path}`)).toEqual([
    "program0/goroutines/main.main goroutine 1 0-40000 main.main",
    "program0/goroutines/main.worker goroutine 2 3000-9000 main.worker",
    "program0/goroutines/main.slow goroutine 4 5000-40000 main.slow",
    "program0/goroutines/main.worker goroutine 2 7000-8000 main.worker;main.step",
    "program0/goroutines/main.worker goroutine 3 10000-31000 main.worker",
    "program0/goroutines/main.worker goroutine 3 11000-30000 main.worker;main.step",
  ]);
  expect(slices[1].place).toBe("main.worker main.go:3");
  expect(slices.map(({ from }) => from)).toEqual([
    undefined,
    "program0/goroutines/main.main goroutine 1@2000 go main.main main.go:2",
    "program0/goroutines/main.main goroutine 1@1000 go main.main main.go:2",
    undefined,
    "program0/goroutines/main.main goroutine 1@6000 go main.main main.go:2",
    undefined,
  ]);
  expect(slices.map(({ how }) => how)).toEqual([undefined, undefined, "not returned", undefined, undefined, undefined]);
});

test("how calls end; processes on one line of time, with flows of their own", () => {
  const first = "0 g1 { main.main\n1 g1 go g2\n2 g2 { main.a\n3 g2 } panic\n9 g1 }";
  const { slices, processes } = render(record([first, first]));
  expect(processes).toEqual(["program0 (100)", "program1 (101)"]);
  expect(slices.map(({ track, start, how, from }) => [track.split("/")[0], start, how, from?.split("@")[0]])).toEqual([
    ["program0", 0, undefined, undefined],
    ["program0", 2000, "panic", "program0/goroutines/main.main goroutine 1"],
    ["program1", 5120, undefined, undefined],
    ["program1", 7120, "panic", "program1/goroutines/main.main goroutine 1"],
  ]);
});

test("goroutines that do not fit are left out", () => {
  const recording = record(workers);
  const { slices } = render(recording, { fit: fitRecording(recording, { ...NO_BUDGET, goroutines: 2 }) });
  expect(new Set(slices.map(({ track }) => track.split(" ").at(-1)))).toEqual(new Set(["1", "4"]));
});

test("whatever the program, a reader finds its calls", () => {
  const said: Readonly<Record<number, string>> = { 0: "", 1: "panic", 2: "goexit", 3: "not returned", 4: "recovered" };
  fc.assert(
    fc.property(programs, (program) => {
      const recording = recordProgram(program);
      const expected = callsOf(
        recording,
        (goid, start, end, name, how) => `${goid} ${start}-${end} ${name} ${said[how]}`,
      );
      const shown = render(recording).slices.map(
        ({ track, path, start, end, how }) =>
          `${track.split(" ").at(-1)} ${start}-${end} ${path.split(";").at(-1)} ${how ?? ""}`,
      );
      expect(shown.sort()).toEqual(expected.sort());
    }),
    { numRuns: 60 },
  );
});

test("messages of any length, numbers of any size", () => {
  const out = new ProtoWriter();
  for (const size of [0, 1, 127, 128, 16_383, 16_384, 300_000]) {
    const outer = out.open(1);
    const inner = out.open(2);
    out.string(3, "x".repeat(size));
    out.close(inner);
    out.close(outer);
  }
  const bytes = out.take();
  expect(out.take()).toHaveLength(0);
  let at = 0;
  const number = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  const sizes: number[] = [];
  while (at < bytes.length) {
    expect(number()).toBe(1 * 8 + 2);
    const outer = number() + at;
    expect(number()).toBe(2 * 8 + 2);
    const inner = number() + at;
    expect(inner).toBe(outer);
    expect(number()).toBe(3 * 8 + 2);
    sizes.push(number());
    at += sizes.at(-1)!;
    expect(at).toBe(inner);
  }
  expect(sizes).toEqual([0, 1, 127, 128, 16_383, 16_384, 300_000]);
});
