/** Critical paths of calls that are known by construction: the program sleeps in the steps that decide. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type CriticalPath, criticalPaths } from "../../src/callstats/index.js";
import {
  type CallId,
  familiesOf,
  formatCallId,
  type Recording,
  readRecording,
  STATES,
} from "../../src/calltree/index.js";
import { joinStates } from "../../src/join/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { go, gotrace, repository, temporaryDirectory } from "./support.js";

const cwd = join(repository, "testdata/states");
const trace = join(temporaryDirectory(), "critical.gotrace");
const LONG = 60e6;
const old = go(["env", "GOVERSION"], { cwd }).stdout.startsWith("go1.21");

/** The first call of a function. */
function callOf(recording: Recording, name: string): CallId {
  const { functions, processes } = recording.forest;
  let goid = 0;
  let found: CallId | undefined;
  recording.visit({
    begin(goroutine) {
      goid = goroutine.goid;
    },
    enter(node, _time, number) {
      if (functions[processes[0].tree.func[node]].name === name) found ??= { process: 0, goid, number };
    },
  });
  return found!;
}

/** The sleeps of a path, in order. */
function sleepsOf(recording: Recording, path: CriticalPath): string[] {
  return path.steps
    .filter(({ state, begin, end }) => STATES[state] === "sleep" && end - begin >= LONG * 0.9)
    .map(({ call, isOwn, keeps }) => {
      const name = recording.forest.functions[call!.func].name;
      return [name, ...(isOwn ? [] : ["other"]), ...(keeps < 0 ? [] : [STATES[keeps]])].join(" ");
    });
}

describe.skipIf(old)("since Go 1.22", () => {
  let recording: Recording;

  beforeAll(() => {
    const { code, stderr } = gotrace(["run", "--states", "--save", trace, "./critical"], { cwd });
    expect(code, stderr).toBe(0);
    recording = readRecording(memorySource(readFileSync(trace))).withStates(
      (process) => joinStates(process, process.execution!)!.clock,
    );
  });

  test.each([
    ["main.fanOut", ["main.branch"]],
    ["main.needLock", ["main.hold other lock"]],
    ["main.ask", ["main.otherJob other channel", "main.ownJob other channel"]],
    ["main.piped", ["main.stageOne", "main.stageTwo", "main.stageThree"]],
  ])("%s", (name, expected) => {
    const families = familiesOf(recording, [callOf(recording, name)]);
    const [path] = criticalPaths(recording, families);
    expect(sleepsOf(recording, path!)).toEqual(expected);
  });

  test("report --call shows the path below the tree of the call, also of goroutines that the call did not start", () => {
    const id = formatCallId(recording.forest, callOf(recording, "main.needLock"));
    const { code, stdout, stderr } = gotrace(["report", "--call", id, trace], { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Critical path, [\d.]+ms: sleep [\d.]+ms \(\d+\.\d%\)/m);
    expect(stdout).toMatch(/\d+\* +sleep +lock +\d+\.\d+ main\.hold$/m);
  });
});
