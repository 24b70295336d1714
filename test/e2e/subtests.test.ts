/** Subtests, including parallel ones, and the seeds of fuzz tests hang under the test that started them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, gotrace, type Node } from "./support.js";

const count = 30;
const tests = Array.from(
  { length: count },
  (_, i) => `
func Test${i}(t *testing.T) {
	${i % 2 === 0 ? "t.Parallel()" : "double(1)"}
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			${i % 3 === 0 ? "t.Parallel()" : "double(2)"}
			t.Run("inner", func(t *testing.T) {
				t.Parallel()
				double(3)
			})
		})
	}
}
`,
);

const module = {
  "go.mod": "module example.com/sub\n\ngo 1.21\n",
  "sub_test.go": `package sub

import "testing"

func double(x int) int { return 2 * x }

func FuzzAdd(f *testing.F) {
	for i := 0; i < 8; i++ {
		f.Add(i)
	}
	f.Fuzz(func(t *testing.T, x int) {
		t.Parallel()
		double(x)
	})
}
${tests.join("")}`,
};
const main = {
  "main_test.go": `package sub

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(m.Run()) }
`,
};

/** A node of the call tree, with the test that it runs. */
interface Named extends Node {
  readonly test?: string;
  readonly children: readonly Named[];
}

/** Paths of functions, with their calls. */
function paths(nodes: readonly Named[], above = ""): string[] {
  return nodes.flatMap(({ name, test, calls, children }) => {
    const local = name.replace("example.com/sub.", "");
    const path = `${above}${local}${test === undefined || test === local ? "" : ` [${test}]`}`;
    return [`${path} ×${calls}`, ...paths(children, `${path} > `)];
  });
}

for (const [what, files] of Object.entries({ "without TestMain": {}, "with TestMain": main })) {
  test(`subtests and seeds ${what}`, () => {
    const cwd = filesOn({ ...module, ...files });
    const ran = gotrace(["test", "--all", "-o", "tree.txt", "--save", "trace", "--sort", "start", "."], { cwd });
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const report = gotrace(["report", "--format", "json", "trace"], { cwd });
    const expected = ["FuzzAdd ×1"];
    for (let i = 0; i < 8; i++) {
      const seed = `FuzzAdd > FuzzAdd.func1 [FuzzAdd/seed#${i}]`;
      expected.push(`${seed} ×1`, `${seed} > double ×1`);
    }
    for (let i = 0; i < count; i++) {
      const own = `Test${i}`;
      expected.push(`${own} ×1`);
      for (const name of ["a", "b", "c"]) {
        const sub = `${own} > ${own}.func1 [${own}/${name}]`;
        const inner = `${sub} > ${own}.func1.1 [${own}/${name}/inner]`;
        expected.push(`${sub} ×1`, `${inner} ×1`, `${inner} > double ×1`);
        if (i % 3 !== 0) expected.push(`${sub} > double ×1`);
      }
      if (i % 2 === 1) expected.push(`${own} > double ×1`);
    }
    if (what === "with TestMain") expected.push("TestMain ×1");
    expect(paths(JSON.parse(report.stdout) as Named[]).sort()).toEqual(expected.sort());

    const roots = readFileSync(join(cwd, "tree.txt"), "utf8")
      .split("\n")
      .filter((line) => /^\S.*(Test|Fuzz)\w* /.test(line));
    expect(roots).toHaveLength(count + 1 + Object.keys(files).length);
    for (const root of roots) expect(root).toMatch(/^sub\./);
  });
}
