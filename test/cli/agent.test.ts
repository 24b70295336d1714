/** `gotrace agent`: what an update does to the files, on a small template. The package itself is tested in test/e2e. */
import { expect, test } from "vitest";
import { diffLines } from "../../src/cli/agent/diff.js";
import { piecesOf, textOf } from "../../src/cli/agent/marks.js";
import { rendered, unrendered } from "../../src/cli/agent/names.js";
import { type Files, type Plan, plan } from "../../src/cli/agent/plan.js";
import { applied, doc, names, part, update } from "./agent-package.js";

const server = `package traceagent\n${part("imports", 'import "net/http"')}${part("serve", "func serve() {}")}`;
const template: Files = new Map([
  ["doc.go", doc],
  ["limits.go", "package traceagent\n\nconst most = 30\n"],
  ["server.go", server],
]);

const written = applied(new Map(), update(template, new Map()));
const changed = (files: Files, file: string, from: string | RegExp, to: string) => {
  const text = files.get(file)!.replace(from, to);
  expect(text).not.toBe(files.get(file));
  return new Map([...files, [file, text]]);
};
const whats = (changes: Plan["changes"]) => changes.map(({ file, line, what }) => `${file}:${line ?? ""} ${what}`);

test("the first writing: the package's name, sums, the list; then nothing is left to do", () => {
  expect(written.get("doc.go")).toBe(`// gotrace:begin doc sha256=${/sha256=(\w{16})/.exec(written.get("doc.go")!)![1]}
// Package admin serves.
package admin
// gotrace:end doc

// gotrace:begin files
// gotrace 0.1.0 wrote these files, and after the colon the stretches in them. What you delete stays deleted;
// take it out of this list as well, and 'gotrace agent' writes it again.
//
//	doc.go: doc
//	limits.go
//	server.go: imports serve
// gotrace:end files
`);
  expect(written.get("limits.go")).toBe("package admin\n\nconst most = 30\n");
  expect(update(template, written)).toEqual({ changes: [], conflicts: [], notes: [], writes: new Map() });
  // A new version alone changes nothing, not even the list.
  expect(plan(template, written, "9.9.9", { names, force: false }).writes.size).toBe(0);
});

const newer: Files = new Map([
  ...template,
  ["limits.go", `${template.get("limits.go")}${part("more", "const more = 1")}`],
  ["server.go", server.replace("func serve() {}", "func serve() { run() }").replace("func", "// New.\nfunc")],
  ["run.go", `package traceagent\n${part("run", "func run() {}")}`],
]);

test("an update replaces stretches, adds new ones and new files, and keeps what is outside", () => {
  const mine = changed(
    changed(written, "server.go", /^/, "// Licence.\n\n//go:build linux\n\n"),
    "limits.go",
    "30",
    "5",
  );
  const planned = update(newer, mine);
  expect(whats(planned.changes)).toEqual([
    "limits.go: 'more' is added",
    "server.go:11 'serve' is updated",
    "run.go: is added",
  ]);
  const next = applied(mine, planned);
  expect(next.get("server.go")).toMatch(
    /^\/\/ Licence\.\n\n\/\/go:build linux\n\npackage admin\n[\s\S]*\n\/\/ New\.\nfunc serve\(\) \{ run\(\) \}\n/,
  );
  expect(next.get("limits.go")).toMatch(
    /^package admin\n\nconst most = 5\n\n\/\/ gotrace:begin more sha256=\w+\nconst more = 1\n\/\/ gotrace:end more\n$/,
  );
  expect(next.get("doc.go")).toContain("//\trun.go: run\n");
  expect(update(newer, next).writes.size).toBe(0);
});

test("an update that was killed between two files is completed by the next one", () => {
  const old = applied(written, update(newer, written));
  const last = new Map([...newer, ["new.go", `package traceagent\n${part("new", "func fresh() {}")}`]]);
  last.set("doc.go", doc.replace("serves", "serves more")).delete("run.go");
  const { writes } = update(last, old);
  expect([...writes.keys()].sort()).toEqual(["doc.go", "new.go", "run.go"]);
  for (const [count] of [...writes].entries()) {
    const killed = applied(old, { writes: new Map([...writes].slice(0, count)) });
    expect(applied(killed, update(last, killed))).toEqual(applied(old, { writes }));
  }
});

test("what the user changed between marks is not overwritten, and nothing else is written; --force does it", () => {
  const mine = changed(written, "server.go", "func serve() {}", "func serve() { mine() }");
  // As long as gotrace has nothing new for it, that is no reason to complain.
  expect(update(template, mine)).toMatchObject({ conflicts: [], notes: [{ file: "server.go", line: 7 }] });
  expect(update(template, mine).writes.size).toBe(0);
  const planned = update(newer, mine);
  expect(planned.conflicts).toMatchObject([
    { file: "server.go", line: 7, diff: ["-func serve() { mine() }", "+// New.", "+func serve() { run() }"] },
  ]);
  const forced = update(newer, mine, true);
  expect(forced.conflicts).toEqual([]);
  expect(applied(mine, forced).get("server.go")).not.toContain("mine()");
  // The message says how to keep one's own version.
  const [, sum] = /write sha256=(\w{16}) into/.exec(planned.conflicts[0].what)!;
  const kept = changed(mine, "server.go", /(begin serve sha256=)\w+/, `$1${sum}`);
  expect(update(newer, kept)).toMatchObject({ conflicts: [] });
  expect(applied(kept, update(newer, kept)).get("server.go")).toContain("mine()");
});

test("files and stretches that the user deleted stay deleted, until their names are taken out of the list", () => {
  const mine = changed(written, "server.go", /\/\/ gotrace:begin serve[\s\S]*end serve\n/, "");
  mine.delete("limits.go");
  expect(whats(update(template, mine).notes)).toEqual(["limits.go: stays deleted"]);
  const next = applied(mine, update(newer, mine));
  expect([...next.keys()].sort()).toEqual(["doc.go", "run.go", "server.go"]);
  expect(next.get("server.go")).not.toContain("serve()");
  const asked = changed(changed(next, "doc.go", /\/\/\tlimits.*\n/, ""), "doc.go", "imports serve", "imports");
  const back = applied(asked, update(newer, asked));
  expect(back.get("limits.go")).toContain("most = 30");
  expect(back.get("server.go")).toMatch(/end imports\n\n\/\/ gotrace:begin serve /);
});

test("without the list, and with damaged marks, nothing is written", () => {
  const lost = new Map(written);
  lost.delete("doc.go");
  lost.delete("limits.go");
  expect(update(template, lost)).toMatchObject({ conflicts: [{ file: "doc.go" }], writes: new Map() });
  expect([...update(template, lost, true).writes.keys()]).toEqual(["limits.go", "doc.go"]);
  for (const [from, to, message] of [
    [/\/\/ gotrace:end serve\n/, "", "'serve' has no end"],
    [/begin serve/, "begin imports", "'imports' begins a second time"],
    [/\/\/ gotrace:begin serve.*\n/, "", "'serve' ends where it has not begun"],
    [/\/\/ gotrace:end imports\n/, "", "'serve' begins within 'imports'"],
  ] as const) {
    const { conflicts, writes } = update(newer, changed(written, "server.go", from, to), true);
    expect(conflicts).toMatchObject([{ file: "server.go", what: `the marks of gotrace are damaged: ${message}` }]);
    expect(writes.size).toBe(0);
  }
});

test("what a new version no longer has is taken out, but nothing of the user's", () => {
  const mine = changed(written, "server.go", /$/, "\nfunc mine() {}\n");
  const less = new Map([...template].filter(([name]) => name === "doc.go"));
  const next = applied(mine, update(less, mine));
  expect(next.get("server.go")).toBe("package admin\n\n\n\nfunc mine() {}\n");
  expect(applied(written, update(less, written)).has("server.go")).toBe(false);
  expect(next.get("limits.go")).toBe(written.get("limits.go"));
  const edited = changed(written, "server.go", "serve() {}", "serve() { mine() }");
  expect(update(less, edited).conflicts).toMatchObject([{ file: "server.go", line: 7 }]);
});

test("an older gotrace does not undo what a later one wrote", () => {
  const later = new Map(
    [...written].map(([name, text]) => [name, text.replace("// gotrace 0.1.0 wrote", "// gotrace 0.10.0 wrote")]),
  );
  expect(update(template, later)).toMatchObject({ conflicts: [], writes: new Map() });
  expect(whats(update(newer, later).conflicts)).toEqual([expect.stringMatching(/^doc\.go: gotrace 0\.10\.0 wrote /)]);
  expect(update(newer, later, true).conflicts).toEqual([]);
  for (const version of ["0.10.0", "0.10.1", "1.0"]) {
    expect(plan(newer, later, version, { names, force: false }).conflicts).toEqual([]);
  }
});

test("constants that the code of a later version needs are added to the file that is the user's", () => {
  const group =
    "\n// More.\nconst (\n\tretries  int = 3 // at most\n\tunused       = 1\n\tpause        = 5 * second\n)\n";
  const uses = '\tuse("http://x", most, retries, pause, mine) // unused\n';
  const later: Files = new Map([
    ...template,
    ["limits.go", template.get("limits.go")! + group],
    ["server.go", server.replace("func serve() {}", `func serve() {\n${uses}}`)],
  ]);
  const planned = update(later, written);
  expect(whats(planned.changes)).toEqual([
    "server.go:7 'serve' is updated",
    "limits.go: 'retries' is added: the code needs it",
    "limits.go: 'pause' is added: the code needs it",
  ]);
  const next = applied(written, planned);
  expect(next.get("limits.go")).toBe(
    `${written.get("limits.go")}\nconst retries int = 3 // at most\n\nconst pause = 5 * second\n`,
  );
  expect(update(later, next).writes.size).toBe(0);
  // One that the user moved is there; one that the user deleted with the file is named.
  const moved = new Map([
    ...written,
    ["mine.go", "package admin\n\nvar (\n\tretries, pause = 1, 2\n\tmost = 1\n)\n\nconst pause = 2\n"],
  ]);
  moved.delete("limits.go");
  expect(whats(update(later, moved).notes)).toEqual(["limits.go: stays deleted"]);
  moved.delete("mine.go");
  expect(whats(update(later, moved).notes)).toContain("limits.go: stays deleted, and the code needs: const most = 30");
});

test("a file of the user's is not taken for one of gotrace's", () => {
  const mine = new Map([...written, ["run.go", "package admin\n"], ["other.go", "package admin\n"]]);
  const { conflicts, writes } = update(newer, mine, true);
  expect(whats(conflicts)).toEqual(["run.go: a file of yours has the name of one of gotrace's: rename yours"]);
  expect(writes.has("other.go")).toBe(false);
});

test("a package that moved and was renamed is not a changed one", () => {
  const moved = { packageName: "tracing", importPath: "example.com/app/tracing" };
  const self = new Map([
    ...template,
    ["a_test.go", `package traceagent_test\n${part("t", "import (", '\t"gotrace.example/traceagent"', ")")}`],
  ]);
  const first = applied(new Map(), update(self, new Map()));
  expect(first.get("a_test.go")).toContain(`package admin_test\n`);
  expect(first.get("a_test.go")).toContain(`\ttraceagent "example.com/app/internal/admin"\n`);
  const files = new Map(
    [...first].map(([name, text]) => [
      name,
      text
        .replace("package admin", "package tracing")
        .replace("Package admin", "Package tracing")
        .replace("/internal/admin", "/tracing"),
    ]),
  );
  expect(plan(self, files, "0.1.0", { names: moved, force: false }).writes.size).toBe(0);
  for (const line of ["package admin // import", "// Package admin is", "package administer", 'x "fmt"', "packaged"]) {
    expect(unrendered(rendered(line, names), names)).toBe(line.replace("admin ", "traceagent "));
  }
});

test("the pieces of a file are the file; differences are few lines", () => {
  for (const text of [
    "",
    "a",
    "a\r\nb",
    "// gotrace:begin x\n// gotrace:end x",
    "\n\t// gotrace:begin x sha256=1\r\n\tmixed\n// gotrace:end x\r\n",
  ]) {
    expect(textOf(piecesOf(text))).toBe(text);
  }
  expect(diffLines(["a", "b", "c", "d", "e"], ["a", "x", "c", "y", "e"])).toEqual(["-b", "+x", "…", "-d", "+y"]);
  expect(diffLines(["1", "2", "3"], [], 2)).toEqual(["-1", "-2", "… and 1 more"]);
});
