/** Concurrent runs of one target share a directory: what one of them wrote must not change under it. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GoEnvironment, readGoEnvironment } from "../../src/gotool/environment.js";
import { linkRuntime } from "../../src/gotool/link-runtime.js";
import { toolFlags } from "../../src/gotool/toolexec.js";

const root = mkdtempSync(join(tmpdir(), "gotrace-join-"));
const shared = join(root, "shared");
const module = join(root, "app");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const environment = (cwd: string) => readGoEnvironment({ cwd, env: process.env });

beforeAll(() => {
  mkdirSync(shared);
  mkdirSync(join(module, "vendor/example.com/dep"), { recursive: true });
  writeFileSync(join(module, "vendor/example.com/dep/dep.go"), "package dep\n");
  writeFileSync(join(module, "go.mod"), "module app\n\ngo 1.21\n");
});

/** Texts of the files that a join refers to. */
function written(env: GoEnvironment, flags: readonly string[] = []): () => string {
  const joined = linkRuntime(env, shared, "/rt", flags, true);
  const modfile = joined.flags.find((flag) => flag.startsWith("-modfile="))?.slice("-modfile=".length);
  const files = [...joined.overlay.values(), ...(modfile ? [modfile] : []), ...Object.values(joined.env)];
  expect(files.length).toBeGreaterThan(0);
  return () => files.map((file) => readFileSync(file, "utf8")).join("");
}

test("a changed go.mod, go.work or modules.txt leaves the files of the last join alone", async () => {
  const change = (file: string, text: string) => writeFileSync(join(module, file), text);
  const check = async (flags: readonly string[], file: string, texts: readonly [string, string]) => {
    change(file, texts[0]);
    const first = written(await environment(module), flags);
    const before = first();
    change(file, texts[1]);
    const second = written(await environment(module), flags);
    expect(second()).not.toBe(before);
    expect(first()).toBe(before);
  };
  await check([], "go.mod", ["module app\n\ngo 1.20\n", "module app\n\ngo 1.21\n"]);
  await check(["-mod=mod"], "go.mod", ["module app\n\ngo 1.20\n", "module app\n\ngo 1.21\n"]);
  const modules = (version: string) => `# example.com/dep v1.0.0\n## explicit; go ${version}\nexample.com/dep\n`;
  await check([], "vendor/modules.txt", [modules("1.20"), modules("1.21")]);
  await check([], "go.work", ["go 1.21\n\nuse .\n", "go 1.21\n\nuse ./\n"]);
  const old = { ...(await environment(module)), minor: 22 };
  const first = written(old);
  const before = first();
  change("go.work", "go 1.21\n\nuse (\n\t.\n)\n");
  expect(written(old)()).not.toBe(before);
  expect(first()).toBe(before);
});

const nothing = { markers: new Map(), originals: new Map(), added: [], vet: false, embeds: false, through: [] };

test("the plan of a coverage build too", () => {
  const plan = (text: string) => {
    const [flag] = toolFlags(
      shared,
      { ...nothing, markers: new Map([["/a.go", { text, name: "x" }]]) },
      "/toolexec.js",
    );
    const script = /'?(\/[^']*\.sh)/.exec(flag.replace("/bin/sh", ""))![1];
    const file = /'([^']*\.json)'/.exec(readFileSync(script, "utf8"))![1];
    return () => readFileSync(JSON.parse(readFileSync(file, "utf8")).markers["/a.go"].path, "utf8");
  };
  const first = plan("one");
  expect(plan("two")()).toBe("two");
  expect(first()).toBe("one");
});
