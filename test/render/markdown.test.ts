import { expect, test } from "vitest";
import { renderMarkdown } from "../../src/export/ci/findings-markdown.js";
import { MAX_CHARACTERS } from "../../src/export/ci/markdown-text.js";
import { finding, locate, nasty, report } from "./reports.js";

test("a table of findings, and their details", () => {
  const text = renderMarkdown([report({ findings: [finding({ site: finding().waker!.stack[0] })], hidden: 2 })], {
    locate,
  });
  expect(text.split("\n").slice(0, 8)).toEqual([
    "<!-- gotrace -->",
    "",
    "### gotrace: `traces/bench.trace`: 1 error (2 not shown)",
    "",
    "Go 1.26 · 2.00s · 45,678 events · 318 goroutines · GOMAXPROCS 4 · 120.6 KiB",
    "",
    "| | finding | where | times | worst |",
    "|---|---|---|---:|---:|",
  ]);
  expect(text).toContain("| 🔴 error | **Lock contention** | `main.refill`<br>`store/refill.go:9` | 15 | 61ms |");
  expect(text).toContain("<details><summary>Lock contention in <code>main.refill</code></summary>");
  expect(text).toContain("Who made it go on (goroutine 7):\n  main.refill  store/refill.go:9");
});

test("names cannot break out: of the cell, of the code span, of HTML, into mentions", () => {
  const text = renderMarkdown(
    [report({ findings: [finding({ message: "ping @team <img src=x> *not bold* #1\n| x |" })] })],
    {
      locate,
    },
  );
  const row = text.split("\n").find((line) => line.includes("**Lock"))!;
  // Bars without a backslash end cells.
  expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
  expect(row).toContain(`\`\`${nasty.replace(/\|/g, "\\|")}\`\``);
  expect(text).toContain("ping @\u200bteam &lt;img src=x&gt; \\*not bold\\* \\#1 \\| x \\|");
  expect(text).not.toContain("<img");
});

test("a document stays below what a comment may hold, and counts what it leaves out", () => {
  const text = renderMarkdown([report({ findings: Array.from({ length: 2_000 }, () => finding()) })], { locate });
  expect(text.length).toBeLessThan(MAX_CHARACTERS + 200);
  const rows = text.split("\n").filter((line) => line.startsWith("| 🔴")).length;
  expect(text).toContain(`_${(2_000 - rows).toLocaleString("en")} further findings left out`);
});

test("several traces, budgets, warnings, and no findings", () => {
  const text = renderMarkdown(
    [
      report({ path: "a.trace", findings: [], suppressed: 2 }),
      report({
        path: "b.trace",
        findings: [],
        warning: "cut off",
        budgets: [{ expression: "sched.p99 < 2ms", actual: 3e6, limit: 2e6, unit: "ns", ok: false }],
      }),
    ],
    { locate },
  );
  expect(text).toContain("`a.trace`: no findings ✅ (2 known in the baseline)");
  expect(text).toContain("> ⚠️ cut off");
  expect(text).toContain("| ❌ | `sched.p99 < 2ms` | 3ms |");
});
