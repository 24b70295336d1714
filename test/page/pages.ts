/** Opens pages in a real browser, from disk and without a network. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { bundled } from "../support/bundle.js";
import { openBrowser } from "./browser.js";

/** The scripts that scripts/bundle.mjs made of src/page and templates. */
export const template = readFileSync(bundled("page.html"), "utf8");

export type PageContext = BrowserContextOptions & { hash?: string };

/** Opens pages in a browser for the tests of a file. */
export function openPages() {
  const directory = mkdtempSync(join(tmpdir(), "gotrace-page-"));
  let browser: Browser;
  let files = 0;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Opens a page; fails on errors, on messages of the console and on any request. */
  async function open(
    html: Iterable<string>,
    use: (page: Page) => Promise<void>,
    { hash = "", ...options }: PageContext = {},
  ): Promise<void> {
    const path = join(directory, `page-${files++}.html`);
    writeFileSync(path, [...html].join(""));
    await openFile(path, use, { hash, ...options });
  }

  /** The same for a page on disk. */
  async function openFile(
    path: string,
    use: (page: Page) => Promise<void>,
    { hash = "", ...options }: PageContext = {},
  ): Promise<void> {
    const context = await browser.newContext({ offline: true, ...options });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("console", (message) => trouble.push(message.text()));
    page.on("dialog", (dialog) => trouble.push(dialog.message()));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) trouble.push(request.url());
    });
    await page.goto(`file://${path}${hash}`);
    await use(page).finally(() => context.close());
    expect(trouble).toEqual([]);
  }
  return { open, openFile };
}
