/** `gotrace agent`: the package that it writes, and where it refuses to write; `gotrace link`. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../support/bundle.js";
import { filesOn, go, gotrace, snapshot, temporaryDirectory } from "./support.js";

const module = filesOn({ "go.mod": "module example.com/app\n\ngo 1.21\n" });
const run = (...words: string[]) => gotrace(words, { cwd: module });
const directory = join(module, "internal/admin");
const read = (name: string) => readFileSync(join(directory, name), "utf8");

test("the package is written, builds with its tests and the lines for main, and is up to date", () => {
  const { code, stdout, stderr } = run("agent", "-o", "internal/admin");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [head, , importLine, ...lines] = stdout.split("\n");
  expect(head).toMatch(/^internal\/admin: package admin, \d+ files\. Add to main:$/);
  expect(importLine).toBe('import "example.com/app/internal/admin"');
  expect(lines.filter((line) => line !== "")).toHaveLength(10);
  const imports = ["context", "log/slog", "net/http", "os", "path/filepath", "time"]
    .map((path) => `import "${path}"\n`)
    .join("");
  writeFileSync(
    join(module, "main.go"),
    `package main\n\n${importLine}\n${imports}\nfunc main() {\n\tvar handler http.Handler = http.NewServeMux()\n${lines.join("\n").trim()}\n}\n`,
  );
  expect(go(["vet", "./..."], { cwd: module })).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(spawnSync("gofmt", ["-l", directory], { encoding: "utf8" }).stdout).toBe("");
  expect(read("doc.go")).toMatch(/^\/\/ Package admin [\s\S]*admin\.Start\(admin\.Options\{[\s\S]*\npackage admin\n/);
  const before = snapshot(directory);
  expect(run("agent", "-o", "internal/admin", "--check")).toEqual({
    code: 0,
    stdout: "internal/admin is up to date\n",
    stderr: "",
  });
  expect(run("agent", "-o", "internal/admin").stdout).toBe("internal/admin is up to date\n");
  expect(snapshot(directory)).toBe(before);
});

test("--check lists what would change; an update does it, and leaves the rest; --force overwrites", () => {
  const gate = read("gate.go");
  // What an older gotrace would have left: a stretch with the sum of its lines.
  const old = gate.replace(/sha256=\w+\n[\s\S]*(?=\/\/ gotrace:end)/, "sha256=e3b0c44298fc1c14\n");
  writeFileSync(join(directory, "gate.go"), `// Licence.\n\n${old}\nvar mine int\n`);
  rmSync(join(directory, "pprof.go"));
  const checked = run("agent", "-o", "internal/admin", "--check");
  expect(checked.code).toBe(1);
  expect(checked.stdout).toBe("internal/admin/gate.go:5: 'gate' is updated\n");
  expect(checked.stderr).toBe("gotrace: not up to date: this would change\n  run 'gotrace agent' with the same -o\n");
  const updated = run("agent", "-o", "internal/admin");
  expect(updated).toEqual({
    code: 0,
    stdout: "internal/admin/gate.go:5: 'gate' is updated\ninternal/admin/pprof.go: stays deleted\n",
    stderr: "",
  });
  expect(read("gate.go")).toBe(`// Licence.\n\n${gate}\nvar mine int\n`);
  expect(existsSync(join(directory, "pprof.go"))).toBe(false);
  // Changed between marks, and the sum is another version's.
  const changed = gate
    .replace(/sha256=\w+/, "sha256=0123456789abcdef")
    .replace("type gate struct {", "type gate struct { // mine");
  writeFileSync(join(directory, "gate.go"), changed);
  const refused = run("agent", "-o", "internal/admin");
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(
    /^internal\/admin\/gate\.go:3: you changed 'gate', .* write sha256=\w{16} into its mark\)\n {4}-type gate struct \{ \/\/ mine\n {4}\+type gate struct \{\n$/,
  );
  expect(refused.stderr).toMatch(/^gotrace: nothing is written: .*\n {2}.*--force.*\n$/);
  expect(read("gate.go")).toBe(changed);
  expect(run("agent", "-o", "internal/admin", "--force").code).toBe(0);
  expect(read("gate.go")).toBe(gate);
});

test("a disk that is full costs nothing: neither old files nor half of new ones", () => {
  // 2 KiB is less than some of the files have.
  const limited = (...words: string[]) =>
    spawnSync("bash", ["-c", 'ulimit -f 2; exec "$@"', "bash", process.execPath, main, ...words], {
      cwd: module,
      encoding: "utf8",
    });
  const fresh = limited("agent", "-o", "pkg/fresh");
  expect(fresh).toMatchObject({
    status: 74,
    stdout: "",
    stderr: expect.stringMatching(/^gotrace: cannot write to [^\n]+: [^\n]+\n {2}[^\n]+\n$/),
  });
  expect(existsSync(join(module, "pkg"))).toBe(false);
  for (const name of ["gate.go", "server.go"]) {
    const text = read(name).replace(/sha256=\w+\n[\s\S]*(?=\/\/ gotrace:end)/, "sha256=e3b0c44298fc1c14\n");
    writeFileSync(join(directory, name), text);
  }
  const before = snapshot(directory);
  expect(limited("agent", "-o", "internal/admin").status).toBe(74);
  expect(snapshot(directory)).toBe(before);
});

test("refusals are two lines; link prints one, and says on standard error where it goes", () => {
  const { code, stdout, stderr } = gotrace(["agent"], { cwd: temporaryDirectory() });
  expect({ code, stdout }).toEqual({ code: 66, stdout: "" });
  expect(stderr).toMatch(/^gotrace: \. is not in a Go module\n {2}[^\n]+\n$/);
  expect(run("agent", "-o", ".")).toMatchObject({
    code: 73,
    stderr: expect.stringContaining(". holds another package"),
  });
  expect(run("link", "jaeger", "localhost:6060")).toEqual({
    code: 0,
    stdout:
      '{"type":"traces","url":"http://localhost:6060/debug/gotrace/snapshots?contains=#{traceID}","text":"Execution traces"}\n',
    stderr: expect.stringMatching(
      /^gotrace: agents refuse [^\n]+\ngotrace: set it up at: linkPatterns .*https:\/\/www\.jaegertracing\.io/,
    ),
  });
  expect(run("link").stdout).toContain("\nkibana        {{trace.id}}");
  expect(run("link", "grafena", ".")).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("did you mean grafana?"),
  });
});
