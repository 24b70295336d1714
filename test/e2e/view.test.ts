import type { ChildProcess } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { readPerfetto } from "../export/perfetto.js";
import { openBrowser } from "../page/browser.js";
import { bundled } from "../support/bundle.js";
import { gotrace, repository, startGotrace, temporaryDirectory } from "./support.js";

const wordcount = join(repository, "testdata/wordcount");
const directory = temporaryDirectory();
const trace = join(directory, "wordcount.gotrace");
let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
  expect(gotrace(["run", "--save", trace, "."], { cwd: wordcount }).code).toBe(0);
});

/** Replaces ids, which differ from run to run. */
const profiles = (names: readonly string[]) =>
  names.map((name) => name.replace(/goroutine \d+$/, "goroutine N")).sort();
const expected = [
  "all goroutines",
  "main.main goroutine N",
  "wordcount/count.All.func1 goroutine N",
  "wordcount/count.worker goroutine N",
  "wordcount/count.worker goroutine N",
  "wordcount/count.worker goroutine N",
];

interface Shown {
  readonly url: string;
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<number | string>;
}

/** Starts a command that serves a page, and waits for its address. */
async function show(args: readonly string[], env: Record<string, string | undefined> = {}): Promise<Shown> {
  const process = startGotrace(args, { cwd: wordcount, env: { SSH_CONNECTION: undefined, ...env } });
  let stdout = "";
  let stderr = "";
  const address = () => /^.*(http:\/\/127\.0\.0\.1:\d+\/\S+)$/m.exec(stdout + stderr)?.[1];
  process.stdout.on("data", (data) => {
    stdout += data;
  });
  process.stderr.on("data", (data) => {
    stderr += data;
  });
  const ended = new Promise<number | string>((resolve) =>
    process.on("exit", (code, signal) => resolve(code ?? signal!)),
  );
  await expect.poll(address, { timeout: 60_000 }).toBeDefined();
  return { url: address()!, process, stdout: () => stdout, stderr: () => stderr, ended };
}

/** Opens Speedscope, which must not report an error. */
async function speedscope(url: string): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.newPage();
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !message.text().includes("GL Driver"))
      trouble.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(url);
  return { page, trouble };
}

/** Names of the profiles in Speedscope's list. */
async function listed(page: Page): Promise<string[]> {
  await page.getByText(/\(\d+\/\d+\)/).click();
  const rows = (await page.locator("body").innerText())
    .split("\n")
    .flatMap((line) => /^\d+\t(.*)\t/.exec(line)?.[1] ?? []);
  await page.keyboard.press("Escape");
  return rows;
}

/** Names of functions in the table of Speedscope's third view, whose rows are drawn after its head. */
async function functions(page: Page): Promise<string> {
  await page.keyboard.press("3");
  await page.getByText("Symbol Name").waitFor();
  const table = page.locator("table").last();
  await expect.poll(async () => (await table.innerText()).split("\n").length).toBeGreaterThan(1);
  return table.innerText();
}

test("view: Speedscope shows the goroutines and their functions, and gotrace ends when the page is closed", async () => {
  const shown = await show(["view", "--speedscope", "--no-browser", trace]);
  expect(shown.stderr()).toBe("gotrace: serving this page until the page is closed or Ctrl-C is pressed\n");
  const { page, trouble } = await speedscope(shown.url);
  await expect.poll(() => page.title()).toBe("wordcount - speedscope");
  expect(profiles(await listed(page))).toEqual(expected);
  const table = await functions(page);
  for (const name of ["main.main", "main.(*store).put", "main.each[...]", "wordcount/count.mustClean.func1"]) {
    expect(table).toContain(name);
  }
  expect(trouble).toEqual([]);
  // A page that is reloaded counts as one that stayed open.
  await page.reload();
  await expect.poll(() => page.title()).toBe("wordcount - speedscope");
  await page.close();
  expect(await shown.ended).toBe(0);
});

test("view and run --open show gotrace's own page, and gotrace ends when it is closed", async () => {
  for (const words of [
    ["view", "--no-browser", trace],
    ["run", "--no-browser", "."],
  ]) {
    const shown = await show(words);
    expect(await status(shown.url, new URL(shown.url).pathname, "rebound.example")).toBe(403);
    const { page, trouble } = await speedscope(shown.url);
    await page.getByText("main.openStore").first().waitFor();
    expect(await page.title()).toContain("wordcount");
    expect(trouble).toEqual([]);
    await page.close();
    expect(await shown.ended).toBe(0);
  }
});

test("flame --open: the program's output and exit code are its own; Ctrl-C ends the page", async () => {
  // xdg-open splits its argument into words.
  const place = temporaryDirectory("gotrace-browser");
  const browserProgram = join(place, "browser");
  writeFileSync(browserProgram, `#!/bin/sh\nprintf '%s' "$1" > '${place}/opened'\n`);
  chmodSync(browserProgram, 0o755);
  const shown = await show(["flame", "--open", "."], { BROWSER: browserProgram });
  expect(shown.stderr()).toMatch(/shown in the browser until the page is closed or Ctrl-C is pressed: http/);
  expect(readFileSync(join(place, "opened"), "utf8")).toBe(shown.url);
  expect(shown.stdout()).toMatch(/^a +4\n/);
  expect(shown.stdout()).not.toContain("http");
  const { page, trouble } = await speedscope(shown.url);
  await expect.poll(() => page.title()).toBe("wordcount - speedscope");
  process.kill(shown.process.pid!, "SIGINT");
  expect(await shown.ended).toBe(130);
  expect(shown.stderr()).not.toContain("kept");
  // The page was told that the server ends, and does not look for it again.
  await page.waitForTimeout(4000);
  expect(trouble.filter((line) => line.endsWith("/alive"))).toEqual([]);
  await page.close();
});

test("where there is no browser the page can be opened from elsewhere", async () => {
  const env = { BROWSER: join(directory, "nothing"), DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
  const shown = await show(["view", trace], { ...env, SSH_CONNECTION: "10.0.0.1 5000 10.0.0.2 22" });
  expect(shown.stderr()).toMatch(
    /^gotrace: cannot open a browser: .*\n {2}open this page, served until .* \(first, on your own machine: ssh -L (\d+):127\.0\.0\.1:\1 10\.0\.0\.2\): http:\/\/127\.0\.0\.1:\1\//,
  );
  process.kill(shown.process.pid!, "SIGTERM");
  expect(await shown.ended).toBe(143);
});

/** Status of a request whose path and host are sent unchanged. */
function status(url: string, path: string, host?: string): Promise<number> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    request({ port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on("error", reject)
      .end();
  });
}

test("only the profile and Speedscope are served, to this machine alone", async () => {
  const shown = await show(["view", "--speedscope", "--no-browser", trace]);
  const { pathname } = new URL(shown.url);
  const of = async (path: string, host?: string) => [path, await status(shown.url, path, host)];
  for (const name of ["", "alive.js", "file-format-schema.json", "profile.speedscope.json"]) {
    expect(await of(pathname + name)).toEqual([pathname + name, 200]);
    expect(await of(pathname + name, "rebound.example")).toEqual([pathname + name, 403]);
  }
  for (const path of [
    "/",
    "/alive.js",
    "/profile.speedscope.json",
    `${pathname}../main.js`,
    `${pathname}..%2fmain.js`,
  ]) {
    expect(await of(path)).toEqual([path, 404]);
  }
  process.kill(shown.process.pid!, "SIGINT");
  expect(await shown.ended).toBe(130);
});

test("Speedscope reads the files of report, in its own format and Chrome's", async () => {
  const viewer = `file://${bundled("speedscope/index.html")}`;
  for (const format of ["speedscope", "chrome"]) {
    const file = join(directory, `${format}.json`);
    const result = gotrace(["report", "--format", format, "-o", file, trace], { cwd: directory });
    expect(result).toMatchObject({ code: 0, stdout: "" });
    const { otherData } = JSON.parse(readFileSync(file, "utf8"));
    if (format === "chrome")
      expect(otherData.statements).toEqual([expect.stringMatching(/^\d+ events, 5 goroutines$/)]);
    const page = await browser.newPage();
    await page.goto(viewer);
    await page.locator("input#file").setInputFiles(file);
    await page.getByText("Time Order").waitFor();
    const names = await listed(page);
    if (format === "speedscope") expect(profiles(names)).toEqual(expected);
    else {
      const plain = names.map((name) => name.replace(/^wordcount \(pid \d+\), (.*) \(tid \d+\)$/, "$1"));
      expect(profiles(plain)).toEqual(expected.slice(1));
      expect(names.indexOf(names.find((name) => name.includes("main.main"))!)).toBe(0);
    }
    expect(await functions(page)).toContain("main.main");
    await page.close();
  }
});

test("Speedscope reads collapsed stacks", async () => {
  const file = join(directory, "stacks.folded");
  expect(gotrace(["report", "--format", "folded", "-o", file, trace], { cwd: directory })).toMatchObject({ code: 0 });
  const page = await browser.newPage();
  await page.goto(`file://${bundled("speedscope/index.html")}`);
  await page.locator("input#file").setInputFiles(file);
  await page.getByText("Time Order").waitFor();
  const shown = await functions(page);
  // Self times, in nanoseconds.
  expect(shown).toMatch(/^\d{1,3}(,\d{3}){2} \(\d+%\)$/m);
  for (const name of ["main.main", "main.openStore", "wordcount/count.worker"]) expect(shown).toContain(name);
  await page.close();
});

test("the Perfetto trace of a real program has its goroutines, and what started them", () => {
  const file = join(directory, "trace.perfetto");
  expect(gotrace(["report", "--format", "perfetto", "-o", file, trace], { cwd: directory })).toMatchObject({ code: 0 });
  const { slices, processes, begin } = readPerfetto(readFileSync(file));
  expect(processes).toEqual([expect.stringMatching(/^wordcount \(\d+\)$/)]);
  expect(Math.abs(Number(begin / 1_000_000n) - Date.now())).toBeLessThan(600_000);
  const tracks = [...new Set(slices.map(({ track }) => track.split("/").slice(2).join("/")))];
  expect(profiles(tracks)).toEqual(expected.slice(1));
  const started = slices.filter(({ from }) => from !== undefined);
  expect(started).toHaveLength(4);
  for (const { from, path } of started) {
    expect(from).toMatch(/main\.main goroutine 1@\d+ go wordcount\/count\.All .*count\.go:\d+$/);
    expect(path).toMatch(/^wordcount\/count\.(worker|All\.func1)$/);
  }
});

test("what does not go together", () => {
  const at = { cwd: wordcount };
  expect(gotrace(["flame", "--open", "-o", "x", "."], at)).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("--open and -o cannot be combined"),
  });
  expect(gotrace(["view"], { ...at, env: { GOTRACE_CACHE: directory } })).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("no trace given"),
  });
  for (const words of [
    ["view", "--speedscope", "--events", "some", trace],
    ["view", "--events", "9", trace],
    ["run", "--events", "9", "."],
    ["run", "--open", "--events", "9", "."],
  ]) {
    expect(gotrace(words, at)).toMatchObject({ code: 64, stderr: expect.stringContaining("--events") });
  }
  expect(gotrace(["view", "missing.gotrace"], at).code).toBe(66);
  expect(gotrace(["view", "--no-browser", "--root", "nothing.like.it", trace], at)).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("no traced function is called nothing.like.it"),
  });
  expect(gotrace(["view", "--speedscope", "--root", "main.main", trace], at).code).toBe(64);
  expect(gotrace(["view", "--no-browser", "--focus", "nothing like it", trace], at)).toMatchObject({
    code: 0,
    stdout: "",
    stderr: expect.stringContaining("there are no calls to show"),
  });
});
