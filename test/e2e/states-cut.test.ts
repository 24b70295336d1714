/** States of programs that end in the middle: what the execution trace has is known, the rest is `unknown`. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { gotrace, repository, temporaryDirectory } from "./support.js";

const directory = temporaryDirectory();
const cwd = join(repository, "testdata/states");

interface Call {
  readonly duration_ns: number;
  readonly start_ns: number;
  readonly states: Readonly<Record<string, number>>;
}

/** Runs the program. @returns its calls by function, in the order of time, and what gotrace said */
function ends(how: string, duration: string) {
  const trace = join(directory, `${how}.gotrace`);
  const { code, stderr } = gotrace(
    ["run", "--states", "--save", trace, "-o", join(directory, "tree.txt"), "./ends", how, duration],
    { cwd },
  );
  const calls = (name: string) => {
    const { stdout } = gotrace(["calls", `main.${name}`, "--first", "1000", "--format", "ndjson", trace], { cwd });
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Call);
  };
  return { code, stderr, rests: calls("rest"), end: calls("end")[0], trace };
}

function checkRest({ duration_ns, states }: Call): void {
  const { sleep_ns = 0, unknown_ns = 0 } = states;
  expect(Object.values(states).reduce((sum, part) => sum + part)).toBe(duration_ns);
  if (unknown_ns === 0) expect(sleep_ns).toBeGreaterThanOrEqual(20e6 - 1000);
}

test.each([
  ["panic", 2],
  ["exit", 3],
])("%s: all calls up to there are known", (how, code) => {
  const run = ends(how, "50ms");
  expect(run.code).toBe(code);
  expect(run.rests.length).toBeGreaterThanOrEqual(1);
  for (const rest of run.rests) {
    checkRest(rest);
    expect(rest.states.unknown_ns ?? 0).toBe(0);
  }
  const { states, duration_ns } = run.end;
  expect(Object.values(states).reduce((sum, part) => sum + part)).toBe(duration_ns);
});

test("kill: what the Go runtime has written, about once a second, is known; a warning says that the rest is not", () => {
  const { code, stderr, rests } = ends("kill", "1500ms");
  expect(code).toBe(137);
  expect(stderr).toMatch(/the execution trace of process \d+: .*; after that, states are unknown/);
  for (const rest of rests) checkRest(rest);
  const unknown = rests.map(({ states }) => states.unknown_ns ?? 0);
  const cut = unknown.findIndex((time) => time > 0);
  expect(cut).toBeGreaterThan(1);
  // After the cut nothing is known.
  for (const { states, duration_ns } of rests.slice(cut + 1)) expect(states).toEqual({ unknown_ns: duration_ns });
});

test("the execution trace of another process is refused", () => {
  const execution = join(directory, "other.trace");
  const other = gotrace(
    ["run", `--exec-trace=${execution}`, "-o", join(directory, "tree.txt"), "./ends", "exit", "1ms"],
    {
      cwd,
    },
  );
  expect(other.code).toBe(3);
  const trace = join(directory, "plain.gotrace");
  gotrace(["run", "--save", trace, "-o", join(directory, "tree.txt"), "./ends", "exit", "1ms"], { cwd });
  const { code, stderr, stdout } = gotrace(["stats", "--exec-trace", execution, trace], { cwd });
  expect(stderr).toMatch(/^gotrace: .*execution trace/);
  expect({ code, stdout }).toEqual({ code: 65, stdout: "" });
});
