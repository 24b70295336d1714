import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { parse } from "junit2json";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../page/browser.js";
import { main } from "../support/bundle.js";

const root = resolve(import.meta.dirname, "../..");
const directory = mkdtempSync(join(tmpdir(), "gotrace-formats-"));
const rules = ["MutexContention", "GCAssist", "GoroutineLeakGrowth", "SerialBottleneck"];
beforeAll(() => {
  for (const rule of rules) {
    const trace = gunzipSync(readFileSync(join(root, "testdata/rules", rule, "fires.trace.gz")));
    writeFileSync(join(directory, `${rule}.trace`), trace);
  }
  const quiet = gunzipSync(readFileSync(join(root, "testdata/rules/MutexContention/quiet.trace.gz")));
  writeFileSync(join(directory, "quiet.trace"), quiet);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs in this repository, so that source files are found. */
function analyze(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "analyze", ...words], {
    cwd: join(root, "testdata/rules"),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  expect(stderr).toBe("");
  return { status, stdout };
}

const trace = (name: string) => join(directory, `${name}.trace`);
const all = rules.map(trace);

test("SARIF of several real traces is valid, with places in this repository", () => {
  const { status, stdout } = analyze("--format", "sarif", ...all);
  expect(status).toBe(1);
  const log = JSON.parse(stdout);
  const ajv = new Ajv.default({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const schema = JSON.parse(readFileSync(join(root, "testdata/sarif/sarif-2.1.0-rtm.5.json"), "utf8"));
  expect(ajv.validate(schema, log), JSON.stringify(ajv.errors)).toBe(true);
  const { results } = log.runs[0];
  expect(new Set(results.map((result: { properties: { trace: string } }) => result.properties.trace)).size).toBe(4);
  const contention = results.find((result: { ruleId: string }) => result.ruleId === "MutexContention");
  expect(contention.locations[0].physicalLocation.artifactLocation.uri).toMatch(
    /^testdata\/rules\/MutexContention\/main\.go$/,
  );
});

test("JUnit, annotations and Markdown of the same traces agree on the number of findings", async () => {
  const { stdout: json } = analyze("--format", "ndjson", ...all);
  const { status, stdout } = analyze(
    ...["--format", "github", "--also", `junit=${join(directory, "out.xml")}`],
    ...["--also", `markdown=${join(directory, "out.md")}`, ...all],
  );
  expect(status).toBe(1);
  const findings = json.trim().split("\n").length;
  expect(findings).toBeGreaterThan(4);
  const suites = await parse(readFileSync(join(directory, "out.xml"), "utf8"));
  expect(suites).toMatchObject({ tests: findings });
  const rows = readFileSync(join(directory, "out.md"), "utf8").split("\n");
  expect(rows.filter((row) => /^\| [🔴🟡🔵]/u.test(row))).toHaveLength(findings);
  expect(stdout).toMatch(/^::error file=testdata\/rules\/.*\/main\.go,line=\d+,title=.*::/m);
});

test("no findings: an empty SARIF run, a case that passes, a notice, exit code 0", () => {
  for (const [format, text] of [
    ["sarif", '"results":[\n]'],
    ["junit", "no findings"],
    ["github", "::notice title=gotrace::no findings in 1 trace"],
    ["markdown", "no findings ✅"],
  ] as const) {
    const { status, stdout } = analyze("--format", format, trace("quiet"));
    expect({ format, status }).toEqual({ format, status: 0 });
    expect(stdout).toContain(text);
  }
});

test("the page of real traces opens in a browser, with charts and a close-up for every finding", async () => {
  const file = join(directory, "page.html");
  expect(analyze("--format", "html", "-o", file, ...all).status).toBe(1);
  expect(statSync(file).size).toBeLessThan(2_000_000);
  const context = await (await openBrowser()).newContext({ offline: true });
  try {
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("console", (message) => trouble.push(message.text()));
    await page.goto(`file://${file}`);
    expect(await page.locator("nav button").count()).toBe(4);
    for (let index = 0; index < 4; index++) {
      const summaries = page.locator("summary");
      expect(await summaries.count()).toBeGreaterThan(0);
      for (const summary of await summaries.all()) await summary.click();
      // Details open shortly after the click.
      await expect.poll(() => page.locator(".body .chart").count()).toBe(await summaries.count());
      expect(await page.locator("svg[aria-label^='Processors'] path.running").count()).toBe(1);
      await page.keyboard.press("]");
    }
    expect(trouble).toEqual([]);
  } finally {
    await context.close();
  }
});

test("--also that names no format", () => {
  const { status, stderr } = spawnSync(process.execPath, [main, "analyze", "--also", "xml=x", trace("quiet")], {
    encoding: "utf8",
  });
  expect(status).toBe(2);
  expect(stderr).toBe(
    'gotrace: --also: "xml=x" is not valid\n  use FORMAT=FILE with one of table, json, ndjson, html, sarif, junit, github, markdown\n',
  );
});
