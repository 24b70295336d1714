import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openPages } from "../page/pages.js";
import { gotrace, repository, temporaryDirectory } from "./support.js";

const directory = temporaryDirectory();
const cwd = join(repository, "testdata/paths");
const [calls, exec, page] = ["calls.gotrace", "exec.trace", "calls.html"].map((name) => join(directory, name)) as [
  string,
  string,
  string,
];
const pages = openPages();

beforeAll(() => {
  const words = ["run", `--exec-trace=${exec}`, "--save", calls, "--depth", "1", ".", "380000"];
  const { code, stderr } = gotrace(words, { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("a program on 100,000 call paths and its execution trace make a page below 10 MB that a browser shows", async () => {
  const { code, stdout, stderr } = gotrace(["report", "--html", "-o", page, calls, exec], { cwd });
  expect([code, stdout, stderr]).toEqual([0, "", ""]);
  expect(statSync(page).size).toBeLessThan(10e6);
  expect(readFileSync(page, "utf8")).toContain("<title>gotrace</title>");
  await pages.openFile(page, async (view) => {
    const paths = await view.locator(".tally > div", { hasText: "call paths" }).locator("b").textContent();
    expect(Number(paths!.replace(/,/g, ""))).toBeGreaterThan(100_000);
    expect(await view.locator("h1").textContent()).toBe("paths");
    await view.getByRole("tab", { name: "Flame graph" }).click();
    await view.locator("canvas:visible").focus();
    await view.keyboard.press("ArrowDown");
    expect(await view.locator(".readout:visible").textContent()).toContain("go main.worker · 4 calls");
    await view.getByRole("tab", { name: "Functions" }).click();
    await view.getByRole("searchbox").fill("main\\.main$");
    const cells = await view.locator("table.sorted tbody td").allTextContents();
    expect(cells.slice(0, 2)).toEqual(["main.main", "1"]);
    await view.getByRole("tab", { name: "Goroutines" }).click();
    expect(await view.locator("section").textContent()).toMatch(/2,000 goroutines[\d,]+ goroutines with shorter lives/);
    await view.getByRole("tab", { name: "Findings" }).click();
    expect(await view.locator("h2").first().textContent()).toBe(exec);
  });
});

test("filters apply to the page, which says so", async () => {
  expect(gotrace(["report", "--html", "--focus", "plan", "-o", page, calls], { cwd })).toMatchObject({
    ...{ code: 0, stdout: "", stderr: "" },
  });
  await pages.openFile(page, async (view) => {
    expect(await view.locator(".note").textContent()).toMatch(/left out by --focus plan: [\d,]+ calls/);
    await view.getByRole("tab", { name: "Functions" }).click();
    expect(await view.locator("table.sorted").textContent()).not.toContain("parse.Statement");
  });
});

test("what cannot be done is said in a line, with what to do", () => {
  const both = gotrace(["report", "--html", "--format", "json", calls], { cwd });
  expect([both.code, both.stderr]).toEqual([
    64,
    "gotrace: --html and --format json cannot be combined\n  leave one of them out\n",
  ]);
  const alone = gotrace(["report", "--html", exec], { cwd });
  expect([alone.code, alone.stderr]).toEqual([
    66,
    `gotrace: no call trace in ${exec}\n  for findings alone: gotrace analyze --format html ${exec}\n`,
  ]);
  const tree = gotrace(["report", calls, exec], { cwd });
  expect(tree.code).toBe(65);
  expect(tree.stderr).toContain(exec);
});
