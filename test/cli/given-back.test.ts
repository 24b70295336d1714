/** Traces whose calls were given back, as files: their trees are stored, shown and copied. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { namePattern } from "../../src/callstats/index.js";
import { openTrace } from "../../src/calltrace/index.js";
import type { FollowOptions } from "../../src/calltree/followed.js";
import { ProcessFollower } from "../../src/calltree/index.js";
import { reportCommand } from "../../src/cli/commands/report.js";
import { requestsCommand } from "../../src/cli/commands/requests.js";
import { statsCommand } from "../../src/cli/commands/stats.js";
import { saveBundle } from "../../src/cli/run/bundle.js";
import { storeTrees } from "../../src/cli/run/store-trees.js";
import { openFile } from "../../src/cli/trace-files.js";
import { scripted } from "../calltree/script.js";
import { givenBack } from "../support/calltrace/give-back.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { temporaryDirectory } from "../support/temporary.js";

const script = "0 g1 { main.main\n10 g1 { main.f\n20 g1 }\n25 g1 { main.g\n35 g1 }\n40 g1 }";
const whole = scripted(script, { control: { numbers: {} } });

/** A file with holes whose tree is stored, as after a run. */
function storedFile(directory: string, trace = whole, options: FollowOptions = {}): string {
  const path = join(directory, "1000-1.gotrace");
  writeFileSync(path, givenBack(trace));
  let now = 0n;
  const followed = new ProcessFollower(memorySource(trace), () => (now += 60_000n), options).finish();
  const file = openFile(path);
  storeTrees([{ ...file, followed }]);
  file.close();
  return path;
}

async function folded(path: string): Promise<string> {
  const output = `${path}.folded`;
  expect(await reportCommand.run(["--format", "folded", "-o", output, path])).toBe(0);
  return readFileSync(output, "utf8");
}

test("the tree of a run is stored in its trace, and a copy in a bundle has it and the processes after it", async () => {
  const directory = temporaryDirectory();
  const wholePath = join(directory, "whole.gotrace");
  writeFileSync(wholePath, whole);
  const path = storedFile(directory);
  const expected = await folded(wholePath);
  expect(expected).toContain("main.main;main.f 10");
  expect(await folded(path)).toBe(expected);
  const bundle = join(directory, "bundle.gotrace");
  const files = [path, wholePath].map(openFile);
  saveBundle(bundle, "--save", files);
  for (const file of files) file.close();
  expect(statSync(bundle).size).toBe(files.reduce((sum, { path }) => sum + statSync(path).size, 0));
  expect(openTrace(memorySource(readFileSync(bundle))).processes).toHaveLength(2);
  const both = (await folded(bundle)).trim().split("\n");
  expect(both).toHaveLength(2 * expected.trim().split("\n").length);
});

test("commands for single calls say that these were given back, and no command for them is suggested", async () => {
  const path = storedFile(temporaryDirectory());
  await expect(statsCommand.run([path])).rejects.toMatchObject({
    message: "the calls of this run were given back while it ran: only its tree is left",
    advice: "see it with gotrace report, or keep all calls of a run: --save FILE",
  });
  const output = `${path}.txt`;
  await reportCommand.run(["-o", output, path]);
  const shown = readFileSync(output, "utf8");
  expect(shown).toMatch(/main\.f +10\.0µs/);
  expect(shown).toMatch(/read while the program ran, and given back: 256 B of calls; --save FILE keeps them/);
  expect(shown).not.toContain("gotrace calls");
  const page = `${path}.html`;
  await reportCommand.run(["--html", "-o", page, path]);
  expect(readFileSync(page, "utf8")).toMatch(/"events":6,"goroutines":1,"calls":3,"paths":3,/);
});

test("requests are there without single calls, and the same; what needs these says so", async () => {
  const directory = temporaryDirectory();
  const calls = Array.from({ length: 9 }, (_, i) => `${100 * i} g2<g1 { main.handle\n${100 * i + 10 + i} g2 }`);
  const served = scripted(["0 g1 { main.main", ...calls, "2000 g1 }"].join("\n"), { control: { numbers: {} } });
  const kept = join(directory, "kept.gotrace");
  writeFileSync(kept, served);
  const path = storedFile(directory, served, { collectsDurations: true });
  const shown = async (...words: string[]) => {
    const output = join(directory, "output");
    expect(await requestsCommand.run([...words, "-o", output])).toBe(0);
    return readFileSync(output, "utf8");
  };
  const json = async (trace: string) => {
    const { statements: _statements, ...requests } = JSON.parse(
      await shown("--format", "json", "--slowest", "2", trace),
    );
    return requests;
  };
  expect(await json(path)).toEqual(await json(kept));
  const [table, whole] = [await shown("--slowest", "2", path), await shown("--slowest", "2", kept)];
  expect(table).toMatch(/the slowest without their trees: .* --save FILE keeps them/);
  expect(table).not.toContain("gotrace report --call");
  expect(whole).toContain("gotrace report --call 2.9");
  const gone = { message: expect.stringContaining("given back"), advice: expect.stringContaining("--save FILE") };
  await expect(requestsCommand.run(["--tree", path])).rejects.toMatchObject(gone);
  await expect(requestsCommand.run(["--root", "main.handle", path])).rejects.toMatchObject(gone);
  const rows = async (trace: string) => {
    const output = join(directory, "rows");
    await reportCommand.run(["--format", "ndjson", "--table", "requests", "-o", output, trace]);
    return readFileSync(output, "utf8");
  };
  expect((await rows(kept)).match(/"name":"main\.handle"/g)).toHaveLength(9);
  expect(await rows(path)).toBe(await rows(kept));
  const many = Array.from({ length: 1001 }, (_, i) => `${10 * i} g2<g1 { main.handle\n${10 * i + 5} g2 }`);
  const busy = scripted(["0 g1 { main.main", ...many, "20000 g1 }"].join("\n"), { control: { numbers: {} } });
  const busyFile = storedFile(temporaryDirectory(), busy, { collectsDurations: true });
  await expect(rows(busyFile)).rejects.toMatchObject(gone);
  const root = ["--root", "main.handle", "--format", "json"];
  const named = { collectsDurations: true, requestRoot: namePattern("main.handle") };
  const byRoot = await shown(...root, storedFile(temporaryDirectory(), served, named));
  expect(JSON.parse(byRoot).roots).toEqual(JSON.parse(await shown(...root, kept)).roots);
  await expect(requestsCommand.run([storedFile(directory)])).rejects.toMatchObject(gone);
  await expect(
    requestsCommand.run([storedFile(directory, undefined, { collectsDurations: true })]),
  ).rejects.toMatchObject(gone);
});
