/** The end-to-end tests run the current sources: dist/bin knows from which sources it was made. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const repository = resolve(import.meta.dirname, "..");
const library = join(repository, "scripts/lib-bundle.mjs");
const { digestOf, isFresh, publish, writeDigest } = await import(library);
const { exclusively } = await import(join(repository, "scripts/lib-exclusively.mjs"));
const root = mkdtempSync(join(tmpdir(), "gotrace-bundle-"));
afterAll(() => rmSync(root, { recursive: true }));

test("the bundle that the tests run is made of the sources as they are", () => {
  expect(isFresh(repository)).toBe(true);
});

/** The files of dist/bin that Node loads for one of them, itself included. */
function loadedFor(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(repository, "dist/bin", file), "utf8");
  for (const [, imported] of text.matchAll(/^(?:import|export)\b.*?"\.\/([^"]+)";$/gm)) loadedFor(imported, found);
  return found;
}

test("help loads little, and a run a few files: each takes time before the program starts", () => {
  const help = loadedFor("main.js");
  const bytes = [...help].map((file) => readFileSync(join(repository, "dist/bin", file)).length);
  expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(60_000);
  expect([...help].some((file) => file.startsWith("start-"))).toBe(true);
  const texts = [...help].map((file) => readFileSync(join(repository, "dist/bin", file), "utf8")).join("\n");
  const [, command] = /import\("\.\/(run-[^"]+)"\)/.exec(texts)!;
  const run = loadedFor(command, new Set(help));
  expect(run.size).toBeGreaterThan(help.size + 1);
  expect(run.size).toBeLessThan(8);
});

test("a bundle is stale once a source changes, comes or goes, and fresh when it is as before", () => {
  const source = join(root, "src/cli/main.ts");
  mkdirSync(join(root, "src/cli"), { recursive: true });
  mkdirSync(join(root, "dist/bin"), { recursive: true });
  writeFileSync(source, "one");
  expect(isFresh(root)).toBe(false);
  writeFileSync(join(root, "dist/bin/main.js"), "");
  writeDigest(root, digestOf(root), []);
  expect(isFresh(root)).toBe(true);
  writeFileSync(source, "two");
  expect(isFresh(root)).toBe(false);
  writeFileSync(source, "one");
  expect(isFresh(root)).toBe(true);
  writeFileSync(join(root, "src/new.ts"), "");
  expect(isFresh(root)).toBe(false);
  rmSync(join(root, "src/new.ts"));
  expect(isFresh(root)).toBe(true);
  rmSync(join(root, "dist/bin"), { recursive: true });
  expect(isFresh(root)).toBe(false);
});

test("publishing leaves exactly the files of the new bundle", () => {
  const directory = join(root, "published");
  publish(
    directory,
    new Map([
      ["main.js", "1"],
      ["part-A.js", "a"],
    ]),
  );
  publish(
    directory,
    new Map([
      ["main.js", "2"],
      ["inner/part-B.js", "b"],
    ]),
  );
  expect(readdirSync(directory).sort()).toEqual(["inner", "main.js"]);
  expect(readFileSync(join(directory, "main.js"), "utf8")).toBe("2");
  expect(readFileSync(join(directory, "inner/part-B.js"), "utf8")).toBe("b");
});

test("one at a time makes the bundle; a killed one does not keep the others waiting", async () => {
  const lock = join(root, "dist/bundle.lock");
  const said: string[] = [];
  const work = (name: string) => async () => {
    said.push(`${name} begins`);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
    said.push(`${name} ends`);
  };
  await Promise.all(["a", "b", "c"].map((name) => exclusively(root, work(name))));
  for (let i = 0; i < said.length; i += 2) expect(said[i + 1]).toBe(said[i].replace("begins", "ends"));
  expect(said.length).toBe(6);
  expect(existsSync(lock)).toBe(false);

  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(lock, String(pid));
  expect(await exclusively(root, async () => "done")).toBe("done");
  await expect(exclusively(root, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(existsSync(lock)).toBe(false);
});
