// npm run pictures: takes the screenshots in docs/pictures anew: the page for a run of testdata/shop, in light and dark.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const pictures = join(root, "docs/pictures");
const scratch = mkdtempSync(join(tmpdir(), "gotrace-pictures-"));
const gotrace = (...words) =>
  execFileSync(process.execPath, [join(root, "dist/bin/main.js"), ...words], { cwd: scratch, stdio: "ignore" });
const executablePath =
  process.env.CHROMIUM ??
  execFileSync("sh", ["-c", "command -v chromium || command -v google-chrome"], { encoding: "utf8" }).trim();

try {
  mkdirSync(pictures, { recursive: true });
  const [calls, events, page] = ["shop.gotrace", "exec.trace", "shop.html"].map((name) => join(scratch, name));
  gotrace("run", "-C", join(root, "testdata/shop"), `--exec-trace=${events}`, "--save", calls, ".");
  // The page shows the command line, so it is written as a user would type it.
  gotrace("report", "--html", "-o", page, "shop.gotrace", "exec.trace");
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  for (const colorScheme of ["light", "dark"]) {
    const tab = await browser.newPage({ viewport: { width: 1100, height: 560 }, colorScheme });
    await tab.goto(pathToFileURL(page).href);
    for (const [view, name] of [
      ["Flame graph", "flame-graph"],
      ["Goroutines", "goroutines"],
      ["Findings", "findings"],
    ]) {
      await tab
        .getByRole("tab", { name: view })
        .or(tab.getByRole("button", { name: view }))
        .first()
        .click();
      await tab.mouse.move(0, 0);
      await tab.waitForTimeout(500);
      // Down to the end of the picture; the frame's height differs from view to view.
      const bottom = await tab.evaluate(() => document.querySelector("footer")?.getBoundingClientRect().top ?? 560);
      const clip = { x: 0, y: 0, width: 1100, height: Math.min(560, Math.floor(bottom)) };
      await tab.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), clip });
    }
  }
  await browser.close();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
