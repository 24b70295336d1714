/** Goroutines hang under the exact frame and go statement that started them; the program behaves as before. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { go, gotrace, type Node, type Result, repository, temporaryDirectory } from "./support.js";

const cwd = join(repository, "testdata/spawns");
let traced: Result;
let tree: readonly Spawned[];

interface Spawned extends Node {
  readonly spawn?: string;
  readonly go?: string;
  readonly children: readonly Spawned[];
}

beforeAll(() => {
  const report = join(temporaryDirectory(), "spawns.json");
  traced = gotrace(["json", "-o", report, "."], { cwd });
  expect(traced, traced.stderr).toMatchObject({ code: 0 });
  tree = JSON.parse(readFileSync(report, "utf8")) as Spawned[];
});

/**
 * Paths, outermost first, that end in a function; `*` marks the beginning of a goroutine and how certain its place is.
 */
function paths(name: string): string[] {
  const found: string[] = [];
  const visit = (nodes: readonly Spawned[], above: string) => {
    for (const node of nodes) {
      const marks = { exact: "*", indirect: "~", approximate: "?" } as Record<string, string>;
      const path = `${above}${node.spawn ? marks[node.spawn] : ""}${node.name.replace(/^main\./, "")}`;
      if (node.name === name) found.push(`${path} ×${node.calls}`);
      visit(node.children, `${path} > `);
    }
  };
  visit(tree, "");
  return found.sort();
}

test("the program prints what it prints untraced", () => {
  const plain = go(["run", "."], { cwd });
  const lines = (text: string) => text.split("\n").sort();
  expect(lines(traced.stdout)).toEqual(lines(plain.stdout));
});

test("go statements", () => {
  expect(paths("main.underPlain")).toEqual(["main > plain > *underPlain ×3"]);
  expect(paths("main.underFirst")).toEqual(["main > twoFrames > first > start > *underFirst ×1"]);
  expect(paths("main.underSecond")).toEqual(["main > twoFrames > second > start > *underSecond ×1"]);
  expect(paths("main.underStart")).toEqual([
    "main > twoFrames > first > start > *start.func1 > underStart ×1",
    "main > twoFrames > second > start > *start.func1 > underStart ×1",
  ]);
  expect(paths("main.underEvaluate")).toEqual(["main > arguments > evaluate > *underEvaluate ×1"]);
  expect(paths("main.underArguments")).toEqual(["main > arguments > *underArguments ×1"]);
  expect(paths("main.underUnderNested")).toEqual(["main > nested > *underNested > *underUnderNested ×1"]);
  // Two go statements in one frame.
  expect(paths("main.(*worker).underMethods")).toEqual([
    "main > methods > *(*worker).underMethods ×1",
    "main > methods > *(*worker).underMethods ×1",
  ]);
  expect(paths("main.worker.underMethodsValue")).toEqual(["main > methods > *worker.underMethodsValue ×1"]);
});

test("under profiler labels of the user's own", () => {
  expect(paths("main.underLabelled")).toEqual(["main > labelled > labelled.func1 > *underLabelled ×1"]);
  expect(paths("main.labelled.func1.1")).toEqual(["main > labelled > labelled.func1 > *labelled.func1.1 ×1"]);
});

test("after a panic while arguments were evaluated", () => {
  expect(paths("main.underAfterPanic")).toEqual(["main > panicking > afterPanic > *underAfterPanic ×1"]);
});

test("the go statement is named", () => {
  const start = tree[0].children.find((node) => node.name === "main.plain")!;
  expect(start.children.find((node) => node.spawn)?.go).toMatch(/testdata\/spawns\/main\.go:37$/);
});

test("functions of time.AfterFunc hang under the frame that set the timer", () => {
  expect(paths("main.underAfterFunc")).toEqual(["main > afterFunc > ~afterFunc.func1 > underAfterFunc ×1"]);
  expect(paths("main.underReset")).toEqual(["main > afterFunc > ~afterFunc.func2 > underReset ×2"]);
});

test("handlers of net/http are goroutines of their own", () => {
  expect(paths("main.handler")).toHaveLength(1);
});
