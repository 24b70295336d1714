/** The kill matrix: however a program ends, no recorded call is lost, and it ends as it would untraced. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { go, gotrace, type Node, repository, startGotrace, temporaryDirectory } from "./support.js";

const module = join(repository, "testdata/endings");
let plain: string;

beforeAll(() => {
  plain = join(temporaryDirectory(), "endings");
  expect(go(["build", "-o", plain, "."], { cwd: module }).code).toBe(0);
});

/** Replaces what varies between two runs of one crashing program. */
function normalized(text: string): string {
  return (
    text
      // Whether Go trusts the value of an argument that it shows (`0x2a` or `0x2a?`) depends on the code around the
      // panic.
      .replace(/0x[0-9a-f]+\??/g, "0x?")
      .replace(/goroutine \d+( gp=\S+)?( m=\S+)?( mp=\S+)?/g, "goroutine ?")
      .replace(/ \+0x\?/g, "")
      .replace(/^(m=\d+ |PC=|\[signal |\tgoroutine running|r[a-z0-9]+ |fs |gs |cs |eflags ).*\n/gm, "")
      .replace(/ in goroutine \d+/g, "")
  );
}

function all(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...all(node.children)]);
}

function steps(nodes: readonly Node[]): number[] {
  return all(nodes).flatMap((node) => (node.name === "main.step" ? [node.calls] : []));
}

const endings: Record<string, { running?: readonly string[]; stderrDiffers?: boolean; processes?: number }> = {
  return: {},
  exit: { running: ["main.main", "main.end"] },
  "exit in goroutine": { running: ["main.main", "main.end", "main.end.func1"] },
  fatal: { running: ["main.main", "main.end"] },
  panic: {},
  "panic in goroutine": { running: ["main.main", "main.end"] },
  nil: {},
  recovered: {},
  goexit: {},
  "main goexit": {},
  deadlock: { running: ["main.main", "main.end"] },
  map: { running: ["main.main", "main.end"], stderrDiffers: true },
  // The stack trace has as many frames as fit on the stack, and frames are larger with a hook.
  overflow: { running: ["main.main", "main.end", "main.overflow"], stderrDiffers: true },
  memory: { running: ["main.main", "main.end", "main.memory"], stderrDiffers: true },
  SIGKILL: { running: ["main.main", "main.end", "main.kill"] },
  SIGTERM: { running: ["main.main", "main.end", "main.kill"] },
  SIGSEGV: { running: ["main.main", "main.end", "main.kill"], stderrDiffers: true },
  SIGQUIT: { running: ["main.main", "main.end", "main.kill"], stderrDiffers: true },
  SIGABRT: { running: ["main.main", "main.end", "main.kill"], stderrDiffers: true },
  handled: {},
  exec: { processes: 2 },
};

describe("endings", () => {
  for (const [how, expected] of Object.entries(endings)) {
    test.concurrent(how, async () => {
      const direct = spawnSync(plain, [how], { cwd: module, encoding: "utf8" });
      const signals: Record<string, number> = { SIGKILL: 137, SIGTERM: 143, SIGSEGV: 139, SIGABRT: 134, SIGQUIT: 131 };
      const code = direct.status ?? signals[direct.signal ?? ""];
      const report = join(temporaryDirectory(), "tree.json");
      const traced = gotrace(["json", "-o", report, ".", how], { cwd: module });
      expect(traced.code, traced.stderr).toBe(code);
      expect(traced.stdout).toBe(direct.stdout);
      if (!expected.stderrDiffers) expect(normalized(traced.stderr)).toBe(normalized(direct.stderr));
      const nodes = JSON.parse(readFileSync(report, "utf8")) as Node[];
      expect(steps(nodes)).toEqual(Array(expected.processes ?? 1).fill(1000));
      const running = all(nodes)
        .filter((node) => node.end === "running")
        .map((node) => node.name);
      for (const name of expected.running ?? []) expect(running).toContain(name);
    });
  }
});

test("frames left by panic and by Goexit are told apart from returns", () => {
  const nodes = (how: string) => all(JSON.parse(gotrace(["json", ".", how], { cwd: module }).stdout) as Node[]);
  const ends = (how: string) => Object.fromEntries(nodes(how).map((node) => [node.name, node.end]));
  expect(ends("panic")).toMatchObject({ "main.main": "panic", "main.end": "panic", "main.work": undefined });
  expect(ends("nil")).toMatchObject({ "main.main": "panic", "main.end": "panic" });
  expect(ends("goexit")).toMatchObject({ "main.leave": "goexit", "main.end.func3": "goexit", "main.end": undefined });
  const recovered = nodes("recovered");
  expect(recovered.find((node) => node.name === "main.throws")).toMatchObject({ end: "panic" });
  expect(recovered.find((node) => node.name === "main.recovered")?.end).toBeUndefined();
  const marked = recovered.filter((node) => node.recovered).map(({ name }) => name);
  expect(marked.sort()).toEqual(["main.recovered", "main.recoversOwn", "main.recoversWithin"]);
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  test(`${signal} sent to gotrace reaches the program, and the tree so far is printed`, async () => {
    const child = startGotrace(["run", ".", "wait"], { cwd: module });
    let output = "";
    const done = new Promise<number | null>((resolve) => child.on("close", resolve));
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (data: Buffer) => {
        output += data.toString();
        if (output.includes("waiting")) resolve();
      });
    });
    child.kill(signal);
    // A program ended by a signal. On SIGINT the Go runtime exits with 2 only if that is not the default action.
    expect(await done).toBe(code);
    expect(output).toContain("main.step ×1,000");
    expect(output).toMatch(/main\.end \[not returned\]/);
  });
}
