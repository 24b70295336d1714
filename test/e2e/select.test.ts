import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { filesOn, gotrace, repository, temporaryDirectory } from "./support.js";

const cwd = join(repository, "testdata/wordcount");
const saved = join(temporaryDirectory(), "wordcount.gotrace");
beforeAll(() => {
  expect(gotrace(["run", "--save", saved, "."], { cwd }).code).toBe(0);
});

const report = (...words: string[]) => gotrace(["report", ...words, saved], { cwd });
const names = (folded: string) =>
  new Set(
    folded
      .trim()
      .split("\n")
      .flatMap((line) => line.replace(/ \d+$/, "").split(";")),
  );

interface Node {
  readonly name: string;
  readonly calls: number;
  readonly self_ms: number;
  readonly goroutine?: number;
  readonly children: readonly Node[];
}

function* nodesOf(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    yield* nodesOf(node.children);
  }
}

const nodes = (...words: string[]) => {
  const { code, stdout, stderr } = report("--format", "json", ...words);
  expect(code, stderr).toBe(0);
  return { all: [...nodesOf(JSON.parse(stdout))], stderr };
};

test("focus keeps the paths through a function; standard error says what is missing", () => {
  const { code, stdout, stderr } = report("--format", "folded", "--focus", "store.*put$");
  expect(code).toBe(0);
  for (const line of stdout.trim().split("\n")) expect(line).toMatch(/main\.\(\*store\)\.put/);
  expect(stderr).toMatch(/^gotrace: left out by --focus store\.\*put\$: \d+ calls\n$/);
  expect(report("--focus", "store.*put$").stdout).toMatch(/\nleft out by --focus store\.\*put\$: \d+ calls\n/);
});

test("ignore drops paths, hide drops functions and keeps their time", () => {
  const whole = nodes().all;
  const { all } = nodes("--ignore", "put$");
  expect(all.some(({ name }) => name.endsWith("put"))).toBe(false);
  const hidden = nodes("--hide", "put$");
  expect(hidden.all.some(({ name }) => name.endsWith("put"))).toBe(false);
  const self = (list: readonly Node[]) => list.reduce((sum, { self_ms }) => sum + self_ms, 0);
  expect(self(hidden.all)).toBeCloseTo(self(whole), 3);
  expect(hidden.stderr).toMatch(/left out by --hide put\$: \d+ calls/);
});

test("one call with what it called, merged or not; an id that does not exist is refused", () => {
  const all = nodes("--call", "1.2");
  expect(all.stderr).toMatch(/left out by --call 1\.2: \d+ calls/);
  const [call] = all.all;
  expect([call.calls, call.goroutine]).toEqual([1, 1]);
  expect(report("--call", "1.2", "--no-merge").stdout).toContain("left out by --call 1.2");
  const { code, stderr } = report("--call", "1.999999");
  expect(code).toBe(66);
  expect(stderr).toMatch(
    /^gotrace: there is no call 1\.999999: goroutine 1 has \d+ calls\n {2}give a number from 1\.1 to 1\.\d+\n$/,
  );
});

test("goroutines and windows", () => {
  const whole = nodes().all;
  const calls = (list: readonly Node[]) => list.reduce((sum, node) => sum + node.calls, 0);
  const main = nodes("--goroutine", "1");
  expect(main.all.every(({ goroutine }) => goroutine === undefined || goroutine === 1)).toBe(true);
  const early = nodes("--to", "1us");
  const late = nodes("--from", "1us");
  expect(calls(early.all)).toBeLessThan(calls(whole));
  expect(calls(early.all) + calls(late.all)).toBeGreaterThanOrEqual(calls(whole));
  expect(early.stderr).toMatch(
    /left out by --to: \d+ calls\ngotrace: calls and times are those from the start to 1\.00µs/,
  );
  const tree = report("--from", "1h").stdout;
  expect(tree).toMatch(/left out by --from: \d+ calls\n.*\nno call is left to show/);
});

test("collapsed stacks obey --depth, --min and --top, and keep their time", () => {
  const weight = (folded: string) =>
    folded
      .trim()
      .split("\n")
      .reduce((sum, line) => sum + Number(/\d+$/.exec(line)), 0);
  const whole = report("--format", "folded");
  const shallow = report("--format", "folded", "--depth", "2");
  for (const line of shallow.stdout.trim().split("\n")) expect(line.split(";").length).toBeLessThanOrEqual(2);
  expect(Math.abs(weight(shallow.stdout) - weight(whole.stdout))).toBeLessThan(100);
  expect(names(report("--format", "folded", "--top", "1").stdout).size).toBe(1);
});

test("a test's calls alone", () => {
  const module = filesOn({
    "go.mod": "module example.com/two\n\ngo 1.21\n",
    "two.go": "package two\n\nfunc work() int { return 1 }\n",
    "two_test.go": `package two

import "testing"

func TestFirst(t *testing.T)  { work() }
func TestSecond(t *testing.T) { work(); work() }
`,
  });
  const { code, stdout } = gotrace(["test", "--test", "Second", "."], { cwd: module });
  expect(code).toBe(0);
  expect(stdout).toContain("TestSecond");
  expect(stdout).not.toContain("TestFirst");
  expect(stdout).toContain("left out by --test Second: 2 calls");
});

test("bad patterns and times are found before anything runs", () => {
  for (const words of [
    ["--focus", "("],
    ["--from", "later"],
    ["--goroutine", "x"],
    ["--from=2s", "--to=1s"],
  ]) {
    const { code, stdout, stderr } = gotrace(["run", ...words, "."], { cwd });
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr.trim().split("\n")).toHaveLength(2);
  }
});
