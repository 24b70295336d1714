/**
 * Every rule has its texts, its page, a program for which it fires and one for which it does not, and the expected
 * output. `UPDATE=1` rewrites the golden tables, `npm run rules:pages` the pages.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { findingsTable } from "../../src/render/findings/table.js";
import { plainWidth } from "../../src/render/style.js";
import { indexPage, rulePage, rules } from "../../src/rules/index.js";
import { analyze, folder } from "./fixtures.js";

const repository = resolve(import.meta.dirname, "../..");

test("names are unique, and folders belong to rules", () => {
  const names = rules.map((rule) => rule.name).sort();
  expect(new Set(names).size).toBe(names.length);
  const folders = readdirSync(folder).filter((name) => existsSync(resolve(folder, name, "main.go")));
  expect(folders.sort()).toEqual(names);
  const pages = readdirSync(resolve(repository, "docs/rules")).filter((name) => name !== "README.md");
  expect(pages.sort()).toEqual(names.map((name) => `${name}.md`));
  expect(readFileSync(resolve(repository, "docs/rules/README.md"), "utf8")).toBe(indexPage());
});

test.each(rules)("$name has its texts and its page", (rule) => {
  expect(rule.name).toMatch(/^([A-Z][a-z]*|GC)+$/);
  for (const text of [rule.title, rule.measures, rule.why, rule.suggestion]) expect(text.length).toBeGreaterThan(10);
  expect(rule.title).not.toMatch(/\.$/);
  expect(rule.suggestion).not.toMatch(/\.$|\n/);
  expect(rule.actions.length).toBeGreaterThan(1);
  expect(rule.caveats.length).toBeGreaterThan(1);
  const { warn, error } = rule.thresholds;
  expect(warn.unit).toBe(error.unit);
  expect(warn.value).toBeLessThan(error.value);
  for (const { meaning } of Object.values(rule.thresholds)) expect(meaning).toMatch(/^\S.{5,}[^.]$/);
  expect(readFileSync(resolve(repository, `docs/rules/${rule.name}.md`), "utf8")).toBe(rulePage(rule));
});

test.each(rules)("$name fires for one program and not for the other", ({ name }) => {
  const found = analyze(name, "fires").findings.filter((finding) => finding.rule === name);
  expect(found.length).toBeGreaterThan(0);
  expect(found[0].severity).not.toBe("info");
  expect(found.map((finding) => finding.fingerprint)).toEqual([...new Set(found.map((one) => one.fingerprint))]);
  expect(analyze(name, "quiet").findings.filter((finding) => finding.rule === name)).toEqual([]);
});

test.each(rules)("$name says what its golden table says", async ({ name }) => {
  const style = { colour: false, width: 120, widthOf: plainWidth };
  const table = [...findingsTable([analyze(name, "fires")], style)].join("");
  for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  const golden = resolve(folder, name, "fires.golden.txt");
  if (process.env.UPDATE) writeFileSync(golden, table);
  expect(table).toBe(readFileSync(golden, "utf8"));
});

test.each(rules)("$name can be turned off, and its thresholds decide", ({ name, thresholds }) => {
  const off = analyze(name, "fires", { settings: new Map() });
  expect(off.findings).toEqual([]);
  const limits = Object.entries(thresholds).map(([key, { value }]) => [
    key,
    /^(warn|error)/.test(key) ? Infinity : value,
  ]);
  const high = analyze(name, "fires", { settings: new Map([[name, Object.fromEntries(limits)]]) });
  expect(high.findings).toEqual([]);
});
