/** What formats of call paths do with states: folded stacks, pprof, the merged profile of Speedscope. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { foldedSelf, type Recording, readRecording, State, viewTree } from "../../src/calltree/index.js";
import { renderFolded } from "../../src/export/folded.js";
import { renderPprof } from "../../src/export/pprof.js";
import { fitSpeedscope, renderSpeedscope } from "../../src/export/speedscope.js";
import { run } from "../calltree/program.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { waitingCalls as calls, record } from "./calls.js";

const states = `
  g1 4-8 lock
  g1 8-9 runnable
  g1 14-19 sleep
  g2 3-9 channel`;

const waiting = () => record(calls).withStates(() => new ScriptedClock(states));
const folded = ({ forest }: Recording, options = {}) => [...renderFolded(forest, options)].join("");

const schema = resolve(import.meta.dirname, "../../testdata/proto/profile.proto");
const Profile = protobuf.parse(readFileSync(schema, "utf8")).root.lookupType("perftools.profiles.Profile");

/** Samples as `root;…;leaf values {labels}`, after a line with the types of the values. */
function pprof({ forest }: Recording, options = {}): string[] {
  const bytes = gunzipSync(Buffer.concat([...renderPprof(forest, options)]));
  const profile = Profile.toObject(Profile.decode(bytes), { longs: Number, defaults: true });
  const text = (index: number) => profile.stringTable[index];
  const frame = (id: number) => {
    const [{ functionId }] = profile.location.find((each: { id: number }) => each.id === id).line;
    return text(profile.function.find((each: { id: number }) => each.id === functionId).name);
  };
  const types = profile.sampleType.map(({ type }: { type: number }) => text(type)).join(" ");
  const samples = profile.sample.map(
    ({ locationId, value, label }: { locationId: number[]; value: number[]; label: { key: number; str: number }[] }) =>
      `${locationId.map(frame).reverse().join(";")} ${value.join(" ")}${label.map(({ key, str }) => ` ${text(key)}=${text(str)}`).join("")}`,
  );
  return [types, ...samples];
}

test("folded stacks: a frame for each state but running", () => {
  expect(folded(waiting())).toBe(
    [
      "main.main 5000",
      "main.main;[sleep] 5000",
      "main.main;main.get 5000",
      "main.main;main.get;[runnable] 1000",
      "main.main;main.get;[lock] 4000",
      "main.main;main.put;[channel] 6000",
      "",
    ].join("\n"),
  );
});

test("folded stacks of some states; one alone needs no frame", () => {
  expect(folded(waiting(), { by: [State.lock] })).toBe("main.main;main.get 4000\n");
  expect(folded(waiting(), { by: [State.running] })).toBe("main.main 5000\nmain.main;main.get 5000\n");
  expect(folded(waiting(), { by: [State.lock, State.channel], unit: "us" })).toBe(
    "main.main;main.get;[lock] 4\nmain.main;main.put;[channel] 6\n",
  );
  expect(folded(record(calls), { by: [State.lock] })).toBe("");
});

test("folded stacks: the states of what is left out belong to the frame above", () => {
  expect(folded(waiting(), { depth: 1 })).toBe(
    [
      "main.main 10000",
      "main.main;[runnable] 1000",
      "main.main;[lock] 4000",
      "main.main;[channel] 6000",
      "main.main;[sleep] 5000",
      "",
    ].join("\n"),
  );
});

test("pprof: a sample for each state, calls counted once, a label for the state", () => {
  expect(pprof(waiting())).toEqual([
    "calls wall",
    "main.main 1 5000 state=running",
    "main.main;[sleep] 0 5000 state=sleep",
    "main.main;main.get 1 5000 state=running",
    "main.main;main.get;[runnable] 0 1000 state=runnable",
    "main.main;main.get;[lock] 0 4000 state=lock",
    "main.main;main.put 1 0 state=running",
    "main.main;main.put;[channel] 0 6000 state=channel",
  ]);
  expect(pprof(waiting(), { by: [State.lock] })).toEqual(["lock", "main.main;main.get 4000 state=lock"]);
  expect(pprof(waiting(), { by: [State.lock, State.sleep] })).toEqual([
    "lock+sleep",
    "main.main;[sleep] 5000 state=sleep",
    "main.main;main.get;[lock] 4000 state=lock",
  ]);
});

/** The merged profile of Speedscope as folded stacks. */
function merged(recording: Recording, by?: readonly number[]): Map<string, number> {
  const options = { fit: fitSpeedscope(recording), by, inPlace: true };
  const { shared, profiles } = JSON.parse(Buffer.concat([...renderSpeedscope(recording, options)]).toString());
  const weights = new Map<string, number>();
  const stack: string[] = [];
  let last = 0;
  for (const { type, frame, at } of profiles[0].events) {
    const path = stack.join(";");
    if (at > last) weights.set(path, (weights.get(path) ?? 0) + at - last);
    last = at;
    if (type === "O") stack.push(shared.frames[frame].name);
    else expect(stack.pop()).toBe(shared.frames[frame].name);
  }
  expect(stack).toEqual([]);
  expect(last).toBe(profiles[0].endValue);
  return weights;
}

const weightsOf = (text: string) =>
  new Map(
    text
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [[line.replace(/ \d+$/, ""), Number(line.replace(/.* /, ""))] as const])),
  );

test("Speedscope's merged profile: the same paths and weights", () => {
  for (const by of [undefined, [State.lock], [State.lock, State.channel]]) {
    expect(merged(waiting(), by)).toEqual(weightsOf(folded(waiting(), { by })));
  }
});

test("whatever the program, the lines of a path add up to its self time, in every format", () => {
  const programs = fc.array(fc.nat(1 << 20), { maxLength: 300, size: "max" });
  const script = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(8), fc.nat(9)), { maxLength: 30 });
  const names = ["lock", "wait", "channel", "select", "network", "sleep", "syscall", "gc", "other", "runnable"];
  fc.assert(
    fc.property(programs, script, (choices, stays) => {
      const at = [0, 0, 0, 0, 0];
      const lines = stays.map(([goid, length, state]) => {
        const from = at[goid];
        at[goid] += length + 1;
        return `g${goid} ${from}-${at[goid]} ${names[state]}`;
      });
      const recording = readRecording(memorySource(run(choices).bytes)).withStates(
        () => new ScriptedClock(lines.join("\n")),
      );
      const { tree } = recording.forest.processes[0];
      const self = foldedSelf(tree, viewTree(tree).shown);
      const paths: string[] = [""];
      const expected = new Map<string, number>();
      for (let node = 1; node < tree.size; node++) {
        const path = `${paths[tree.parent[node]]}${recording.forest.functions[tree.func[node]].name}`;
        paths[node] = `${path};`;
        const weight = self[node] > 0 ? Math.max(1, Math.round(self[node])) : 0;
        if (weight > 0) expected.set(path, (expected.get(path) ?? 0) + weight);
      }
      const withoutStates = (weights: Iterable<readonly [string, number]>) => {
        const sums = new Map<string, number>();
        for (const [path, weight] of weights) {
          const own = path.replace(/;\[[a-z]+\]$/, "");
          if (weight > 0) sums.set(own, (sums.get(own) ?? 0) + weight);
        }
        return sums;
      };
      const all = folded(recording)
        .split("\n")
        .filter((line) => line !== "");
      const weighed = all.map((line) => [line.replace(/ \d+$/, ""), Number(line.replace(/.* /, ""))] as const);
      expect(withoutStates(weighed)).toEqual(expected);
      const sampled = pprof(recording)
        .slice(1)
        .map((line) => /^(.*) \d+ (\d+) state=/.exec(line)!)
        .map(([, path, weight]) => [path, Number(weight)] as const);
      const rounded = new Map([...expected].filter(([path]) => (withoutStates(sampled).get(path) ?? 0) > 0));
      expect(withoutStates(sampled)).toEqual(rounded);
    }),
    { numRuns: 40 },
  );
});
