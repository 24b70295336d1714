/** Subtests, parallel ones too, and the seeds of fuzz tests hang under the test that started them. */

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

/** Paths of functions with their calls, from the names of roots down. */
function paths(nodes: readonly Node[], above = ""): string[] {
  return nodes.flatMap(({ name, calls, children }) => {
    const path = `${above}${name.replace("example.com/sub.", "")}`;
    return [`${path} ×${calls}`, ...paths(children, `${path} > `)];
  });
}

for (const [what, files] of Object.entries({ "without TestMain": {}, "with TestMain": main })) {
  test(`subtests and seeds ${what}`, () => {
    const cwd = filesOn({ ...module, ...files });
    const ran = gotrace(["test", "-o", "tree.txt", "--save", "trace", "--sort", "start", "."], { cwd });
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const report = gotrace(["report", "--format", "json", "trace"], { cwd });
    const expected = ["FuzzAdd ×1", "FuzzAdd > FuzzAdd.func1 ×8", "FuzzAdd > FuzzAdd.func1 > double ×8"];
    for (let i = 0; i < count; i++) {
      const [own, sub, inner] = [`Test${i}`, `Test${i}.func1`, `Test${i}.func1.1`];
      expected.push(`${own} ×1`, `${own} > ${sub} ×3`, `${own} > ${sub} > ${inner} ×3`);
      expected.push(`${own} > ${sub} > ${inner} > double ×3`);
      if (i % 2 === 1) expected.push(`${own} > double ×1`);
      if (i % 3 !== 0) expected.push(`${own} > ${sub} > double ×3`);
    }
    if (what === "with TestMain") expected.push("TestMain ×1");
    expect(paths(JSON.parse(report.stdout) as Node[]).sort()).toEqual(expected.sort());

    const roots = readFileSync(join(cwd, "tree.txt"), "utf8")
      .split("\n")
      .filter((line) => /^\S.*(Test|Fuzz)\w* /.test(line));
    expect(roots).toHaveLength(count + 1 + Object.keys(files).length);
    for (const root of roots) expect(root).toMatch(/^example\.com\/sub\./);
  });
}
