import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TraceCharts } from "../../src/analyses/charts.js";
import { closeUps, type PageInput, renderPage } from "../../src/page/data/page.js";
import type { Finding } from "../../src/rules/finding.js";
import { finding, frame, locate, nasty, report } from "../render/reports.js";
import { openPages, type PageContext, template } from "./pages.js";

const pages = openPages();

/** Opens a page with findings; see {@link openPages}. */
async function open(
  inputs: readonly PageInput[],
  use: (page: Page) => Promise<void>,
  options: PageContext = {},
): Promise<void> {
  await pages.open(renderPage(template, inputs, { version: "1.2.3", locate }), use, options);
}

/** Charts of one second: a growing heap, two collections, and a close-up for each finding. */
function charts(findings: readonly Finding[]): Omit<PageInput, "report"> {
  const { requests, findings: windowFindings } = closeUps(report({ findings }));
  const series = (value: (i: number) => number) => ({
    step: 1e7,
    values: Array.from({ length: 100 }, (_, i) => value(i)),
  });
  const windows = requests.map(({ begin, end, goroutines }) => ({
    ...{ begin, end, omittedGoroutines: 3 },
    lanes: [
      ...goroutines.map((id) => ({
        ...{ kind: "goroutine" as const, id, name: nasty, omitted: 0 },
        intervals: [
          { begin, end: (begin + end) / 2, state: "waiting" as const, reason: "sync", other: 7 },
          { begin: (begin + end) / 2, end, state: "running" as const, reason: "", other: -1 },
        ],
      })),
      { kind: "proc" as const, id: 0, name: "", omitted: 0, intervals: [] },
    ],
  }));
  const zero = series(() => 0);
  const made: TraceCharts = {
    ...{ duration: 1e9, gomaxprocs: 4, windows, omittedPhases: 0 },
    ...{ heapLive: series((i) => i * 1e6), heapGoal: series(() => 2e8), procsRunning: series((i) => i % 4) },
    ...{ procsGc: zero, procsSyscall: zero, runnable: zero, waiting: series(() => 3), goroutines: series(() => 4) },
    phases: [
      { begin: 1e8, end: 2e8, name: "GC", function: "" },
      { begin: 2e8, end: 2.001e8, name: "GC mark termination", function: nasty },
    ],
  };
  return { charts: made, windowFindings };
}

const three = [
  finding(),
  finding({ severity: "warn", rule: "GCAssist", title: "Mark assists", site: frame("main.a", "/src/shop/a.go", 1) }),
  finding({ severity: "info", rule: "Sys", title: "System calls", stack: [frame("main.b", "/src/shop/b.go", 2)] }),
  finding({ severity: "info", rule: "Sys", title: "System calls", site: frame("main.c", "/src/shop/c.go", 2) }),
];

test("names with markup are text, in every place", async () => {
  const script = '</script><script>alert(1)</script><img src=x onerror="alert(2)"><!--';
  const bad = finding({
    title: script,
    message: script,
    suggestion: script,
    goroutineFunction: script,
    site: frame(script, script, 3),
    stack: [frame(script, script, 3)],
    rule: script,
    docs: script,
  });
  const input = { report: report({ path: script, warning: script, findings: [bad, finding()] }), ...charts([bad]) };
  await open(
    [input, { report: report() }],
    async (page) => {
      expect(await page.locator("h1").textContent()).toBe(script);
      expect(await page.title()).toContain(script);
      expect(await page.locator(".stack li code").first().textContent()).toBe(script);
      expect(await page.locator("img, script[src], iframe").count()).toBe(0);
      expect(await page.locator("script").count()).toBe(2);
    },
    { hash: "#0.0" },
  );
});

test("a finding opens with both stacks, its numbers and the close-up", async () => {
  await open([{ report: report({ findings: three }), ...charts(three) }], async (page) => {
    await page.locator("summary").first().click();
    const body = page.locator(".body").first();
    // The body is drawn after the browser reports that it was opened.
    await body.locator("h3").first().waitFor();
    expect(await body.locator("h3").allTextContents()).toEqual([
      "Where the goroutine was",
      "Who made it go on: goroutine 7 main.refill",
      "Around the worst occurrence",
    ]);
    expect(await body.locator(".stack .site code").first().textContent()).toBe(nasty);
    expect(await body.locator(".stack .where").allTextContents()).toEqual([
      "/usr/local/go/src/sync/mutex.go:46",
      "store/a file,#1:é.go:42",
      "store/refill.go:9",
    ]);
    const svg = body.locator("svg");
    expect(await svg.locator("rect.waiting").count()).toBe(2);
    expect(await svg.getAttribute("aria-label")).toContain("waits for 46.5ms (sync), woken by goroutine 7");
    expect(new URL(page.url()).hash).toBe("#0.0");
  });
});

test("keys: j and k go through the findings, / filters, arrows read charts, ? explains", async () => {
  await open(
    [{ report: report({ findings: three }), ...charts(three) }, { report: report({ path: "b" }) }],
    async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
      await page.keyboard.press("j");
      expect(await focused()).toContain("Lock contention");
      await page.keyboard.press("j");
      expect(await focused()).toContain("Mark assists");
      await page.keyboard.press("Enter");
      expect(await page.locator("details[open]").count()).toBe(1);
      await page.keyboard.press("k");
      expect(await focused()).toContain("Lock contention");
      await page.keyboard.press("/");
      await page.keyboard.type("main.b j");
      expect(await page.locator(".findings > li:visible").count()).toBe(0);
      await page.keyboard.press("Backspace");
      await page.keyboard.press("Backspace");
      expect(await page.locator(".findings > li:visible").count()).toBe(1);
      expect(await page.locator("[role=status]").textContent()).toBe("1 of 4 shown");
      await page.keyboard.press("Escape");
      const heap = page.locator("svg[aria-label^='Live heap']");
      await heap.focus();
      await page.keyboard.press("End");
      expect(await page.locator(".chart", { has: heap }).locator(".readout").textContent()).toContain("live 94.4 MiB");
      await page.keyboard.press("?");
      expect(await page.locator("dialog").isVisible()).toBe(true);
      await page.keyboard.press("Escape");
      await page.keyboard.press("]");
      expect(await page.locator("h1").textContent()).toBe("b");
    },
  );
});

test("nothing is wider than a small screen, and a mark in the overview opens its finding", async () => {
  await open(
    [{ report: report({ findings: three, duration: 1e9 }), ...charts(three) }],
    async (page) => {
      await page.locator("svg .mark.warn").click();
      expect(await page.locator("details[open] summary").textContent()).toContain("Mark assists");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    },
    { viewport: { width: 360, height: 640 } },
  );
});

test("dark and light follow the system, and text has contrast in both", async () => {
  for (const colorScheme of ["dark", "light"] as const) {
    await open(
      [{ report: report({ findings: three }), ...charts(three) }],
      async (page) => {
        const ratios = await page.evaluate(() => {
          const parse = (text: string) =>
            text
              .match(/[\d.]+/g)!
              .slice(0, 3)
              .map(Number);
          const luminance = (rgb: number[]) => {
            const [r, g, b] = rgb.map((c) =>
              c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
            );
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const paper = luminance(parse(getComputedStyle(document.body).backgroundColor));
          const texts = [".facts", ".error", ".warn", ".info", ".faint", "h1", ".readout", "th"];
          const found = texts.map((name) => luminance(parse(getComputedStyle(document.querySelector(name)!).color)));
          return {
            paper,
            least: Math.min(...found.map((l) => (Math.max(l, paper) + 0.05) / (Math.min(l, paper) + 0.05))),
          };
        });
        expect(ratios.paper < 0.5).toBe(colorScheme === "dark");
        expect(ratios.least).toBeGreaterThan(4.5);
      },
      { colorScheme },
    );
  }
});

test("a trace without findings and without charts says so", async () => {
  await open([{ report: report({ findings: [], suppressed: 2 }) }], async (page) => {
    expect(await page.locator("main").textContent()).toContain("No findings. 2 are known in the baseline.");
    expect(await page.locator("nav").isVisible()).toBe(false);
  });
});
