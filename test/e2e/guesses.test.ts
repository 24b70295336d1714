/** Goroutines that untraced code starts: the trace names the parent goroutine, the frame is inferred. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, gotrace, type Node } from "./support.js";

// pool stands for a module like errgroup: it is not traced.
const module = {
  "go.mod": "module example.com/app\n\ngo 1.21\n",
  "pool/pool.go": `package pool

import "sync"

type Group struct{ wg sync.WaitGroup }

func (g *Group) Go(f func()) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		f()
	}()
}

func (g *Group) Wait() { g.wg.Wait() }
`,
  "main.go": `package main

import "example.com/app/pool"

func main() { run() }

func run() {
	fetch()
	store()
}

func fetch() {
	var g pool.Group
	g.Go(worker)
	g.Wait()
}

func store() {
	var g pool.Group
	g.Go(func() { save() })
	wait(&g)
}

func wait(g *pool.Group) { g.Wait() }

func worker() {}
func save()   {}
`,
};

interface Spawned extends Node {
  readonly spawn?: string;
  readonly children: readonly Spawned[];
}

function paths(nodes: readonly Spawned[], above = ""): string[] {
  return nodes.flatMap(({ name, spawn, children }) => {
    const path = `${above}${spawn === "approximate" ? "go~ " : ""}${name.replace("main.", "")}`;
    return [path, ...paths(children, `${path} > `)];
  });
}

test("a named function hangs under the innermost frame, a literal under the function around it", () => {
  const cwd = filesOn(module);
  const ran = gotrace(["json", "-o", "tree.json", "--exclude", "./pool", "."], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(paths(JSON.parse(readFileSync(join(cwd, "tree.json"), "utf8")) as Spawned[]).sort()).toEqual([
    "main",
    "main > run",
    "main > run > fetch",
    "main > run > fetch > go~ worker",
    "main > run > store",
    "main > run > store > go~ store.func1",
    "main > run > store > go~ store.func1 > save",
    "main > run > store > wait",
  ]);
});
