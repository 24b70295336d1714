/** Starts a real browser for tests of the page: the installed Chromium. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function executable(): string {
  const named = process.env.CHROMIUM;
  if (named) return named;
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/Applications/Google Chrome.app/Contents/MacOS"];
  for (const path of folders.flatMap((folder) => [...names, "Google Chrome"].map((name) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // the next one
    }
  }
  throw new Error("no Chromium on PATH: install it ('apt-get install chromium'), or name one in the variable CHROMIUM");
}

let browser: Promise<Browser> | undefined;

/**
 * The browser of this worker, which Playwright ends with the worker: close pages, not the browser.
 * @throws if none is installed: the page must be tested in a browser
 */
export function openBrowser(): Promise<Browser> {
  // The sandbox does not work for root, as in containers.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  browser ??= chromium.launch({ executablePath: executable(), args });
  return browser;
}
