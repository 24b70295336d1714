// Measures 'gotrace view' on a trace far too large for a viewer: generates the trace, and opens the page in Chromium.
//
//   npm run build && node scripts/bench-view.mjs [--calls 50000000] [--trace FILE] [--screenshot FILE]
//
// A call is two events. --trace uses an existing trace; if FILE does not exist, the generated trace is kept there.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "50000000" },
    trace: { type: "string" },
    screenshot: { type: "string" },
  },
});
const gotrace = fileURLToPath(new URL("../dist/bin/main.js", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "gotrace-bench-view-"));
const trace = values.trace === undefined ? join(directory, "large.gotrace") : resolve(values.trace);
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

function record() {
  const rounds = Math.max(1, Math.round(Number(values.calls) / 1e6));
  writeFileSync(join(directory, "go.mod"), "module large\n");
  writeFileSync(
    join(directory, "main.go"),
    `package main

var sum int

func step(i int) { sum += i & 7 }

func block(n int) {
	for i := 0; i < 1000; i++ {
		step(n + i)
	}
}

func round(n int) {
	for i := 0; i < 1000; i++ {
		block(n * i)
	}
}

func main() {
	for i := 0; i < ${rounds}; i++ {
		round(i)
	}
	println(sum)
}
`,
  );
  const args = ["run", "--max-trace-size", "16GiB", "--save", trace, "-o", join(directory, "tree"), "."];
  execFileSync(process.execPath, [gotrace, ...args], { cwd: directory, stdio: "ignore" });
}

/** The peak memory of a process in bytes; 0 if the system does not tell. */
function peak(pid) {
  const path = `/proc/${pid}/status`;
  const [, kilobytes = "0"] = existsSync(path) ? /VmHWM:\s+(\d+)/.exec(readFileSync(path, "utf8")) : [];
  return Number(kilobytes) * 1024;
}

const download = (url) =>
  new Promise((done, fail) => {
    let size = 0;
    get(url, (response) => {
      response.on("data", (data) => {
        size += data.length;
      });
      response.on("end", () => done(size));
      response.on("error", fail);
    }).on("error", fail);
  });

try {
  let begin = Date.now();
  if (!existsSync(trace)) {
    record();
    console.log(`recorded and saved in ${seconds(begin)}`);
  }
  console.log(`trace of ${megabytes(statSync(trace).size)}`);
  begin = Date.now();
  const view = spawn(process.execPath, [gotrace, "view", "--speedscope", "--no-browser", trace], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => view.on("exit", (code, signal) => done(code ?? signal)));
  const url = await new Promise((done, fail) => {
    view.stdout.once("data", (data) => done(`${data}`.trim()));
    ended.then((code) => fail(new Error(`gotrace view ended with ${code}`)));
  });
  console.log(`address after ${seconds(begin)}, ${megabytes(peak(view.pid))} resident at most`);
  begin = Date.now();
  const size = await download(new URL("profile.speedscope.json", url));
  console.log(`profile of ${megabytes(size)} in ${seconds(begin)}, ${megabytes(peak(view.pid))} resident at most`);
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
  const page = await browser.newPage({ viewport: { width: 1200, height: 600 } });
  begin = Date.now();
  await page.goto(url);
  await page.waitForFunction(() => document.title !== "speedscope", undefined, { timeout: 300_000 });
  const heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
  console.log(`in the browser after ${seconds(begin)}, heap ${megabytes(heap)}: ${await page.title()}`);
  await page.keyboard.press("n");
  await page.keyboard.press("1");
  await page.waitForTimeout(2000);
  if (values.screenshot !== undefined) await page.screenshot({ path: values.screenshot });
  await browser.close();
  console.log(`ended with ${await ended}`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
