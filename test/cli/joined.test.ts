/** Refusing execution traces of other processes. */
import { expect, test } from "vitest";
import { readRecording, State } from "../../src/calltree/index.js";
import { joined } from "../../src/cli/report/states.js";
import { TraceReader } from "../../src/exectrace/index.js";
import { readScheduling } from "../../src/join/collect.js";
import { bytesOf } from "../analyses/traces.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const trace = bytesOf("go1.26-workload");
const reader = new TraceReader([trace]);
reader.next();
const { start } = reader;
const { stays } = readScheduling([trace]);

/** A recording of calls in a process that began with the execution trace, joined with it. */
function join(script: string, startNano = start) {
  const source = memorySource(scripted(script, { startNano }));
  const recording = readRecording({ ...source, size: source.size, execution: () => [trace] });
  return joined(recording, (text) => expect.fail(text));
}

/** Calls of a microsecond within stays in some states, at least 20 µs long, of one goroutine. */
function callsIn(...states: readonly number[]): string {
  const cursor = stays.cursor();
  for (const goid of stays.goroutines) {
    const times: number[] = [];
    for (let more = cursor.seek(goid, 0); more; more = cursor.next()) {
      if (states.includes(cursor.state) && cursor.end - cursor.begin > 20_000)
        times.push((cursor.begin + cursor.end) / 2000);
    }
    if (times.length < 3) continue;
    return times.map((time) => `${time} g${goid} { main.main\n${time + 1} g${goid} }`).join("\n");
  }
  throw new Error("no such goroutine");
}

test("calls while the goroutine runs are of this process", () => {
  const { tree } = join(callsIn(State.running)).forest.processes[0];
  expect(tree.states?.self[State.running]?.[1]).toBeGreaterThan(0);
});

test("calls while the goroutine waits are of another one", () => {
  expect(() => join(callsIn(State.channel, State.select, State.sleep, State.lock, State.wait, State.network))).toThrow(
    /not of process/,
  );
});

test("goroutines that the execution trace does not have are of another one", () => {
  expect(() => join("0 g4000000 { main.main\n900 g4000000 }")).toThrow(/not of process/);
});

test("a process that began after the end of the execution trace is another one", () => {
  expect(() => join(callsIn(State.running), start + 3_600_000_000_000n)).toThrow(/not of process/);
});
