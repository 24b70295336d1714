import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { readRecording } from "../../src/calltree/index.js";
import { packCalls } from "../../src/page/data/calls.js";
import { renderPage } from "../../src/page/data/page.js";
import { scripted } from "../calltree/script.js";
import { scriptedStays } from "../export/stays.js";
import { locate } from "../render/reports.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { openPages, type PageContext, template } from "./pages.js";

const pages = openPages();

/** get waits 40 for the lock that put holds; main sleeps and waits for both. Times are microseconds. */
const program = `
  0   g1 { main.main
  5   g1 go g2
  6   g1 go g3
  10  g1 { main.sleepy
  20  g1 }
  100 g1 }
  5   g2 { main.put
  55  g2 }
  6   g3 { main.get
  60  g3 }`;
const stays = `
  g1 0-10 running
  g1 10-20 sleep "sleep"
  g1 20-30 running
  g1 30-58 wait "sync.(*WaitGroup).Wait" by g3 at main.main main.get
  g1 58-100 running
  g2 0-10 running
  g2 10-50 syscall
  g2 50-70 running
  g3 0-10 running
  g3 10-50 lock "sync" by g2 at main.get main.put
  g3 50-70 running`;

/** Where a time is on the canvas of goroutines. */
const at = (box: { width: number }, time: number) => {
  const margin = Math.min(300, Math.floor(box.width * 0.36));
  return margin + ((box.width - margin) * time) / 100;
};

async function open(use: (page: Page) => Promise<void>, context: PageContext = {}): Promise<void> {
  const recording = readRecording(memorySource(scripted(program))).withStates(() => scriptedStays(stays), true);
  const calls = packCalls(recording, { title: () => "shop", notes: () => [] });
  const ready = async (page: Page) => {
    await page.locator("[role=tab][aria-selected=true]").waitFor();
    await use(page);
  };
  await pages.open(renderPage(template, [], { version: "1.2.3", locate, calls }), ready, context);
}

const readout = (page: Page) => page.locator(".flame:visible .readout").first();

/** Clicks on a point of a canvas, given as a fraction of its width and a row. */
async function clickRow(canvas: Locator, share: number, row: number): Promise<void> {
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: box.width * share, y: row * 19 + 9 } });
}

/** The colours in a line of a row of a canvas, from left to right, without mixed ones at edges. */
function colours(canvas: Locator, row: number, top = 2): Promise<string[]> {
  return canvas.evaluate(
    (element: HTMLCanvasElement, y) => {
      const ratio = element.width / element.clientWidth;
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [element.width, 1];
      const context = copy.getContext("2d", { willReadFrequently: true })!;
      context.drawImage(element, 0, -Math.round(y * ratio));
      const { data } = context.getImageData(0, 0, copy.width, 1);
      const found: { colour: string; times: number }[] = [];
      for (let i = 0; i < data.length; i += 4) {
        const colour = data.slice(i, i + 3).join();
        const last = found.at(-1);
        if (last?.colour === colour) last.times++;
        else found.push({ colour, times: 1 });
      }
      return found.flatMap(({ colour, times }) => (times > 3 ? [colour] : []));
    },
    row * 19 + top,
  );
}

/** The colour of a state as the canvas has it. */
const colourOf = (page: Page, state: string) =>
  page.evaluate((name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--state-${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color.match(/\d+/g)!.join();
    probe.remove();
    return colour;
  }, state);

test("the flame graph has the states as colours, as widths, and to the nanosecond", async () => {
  await open(async (page) => {
    await page.getByRole("tab", { name: "Flame graph" }).click();
    const canvas = page.locator(".surface canvas").first();
    const [running, sleep, lock, syscall] = await Promise.all(
      ["running", "sleep", "lock", "network"].map((name) => colourOf(page, name)),
    );
    expect(await page.locator(".legend li").allTextContents()).toEqual([
      ...["running", "lock", "wait", "sleep", "syscall"],
    ]);
    // main.main, get and put, widest first; sleepy below.
    const top = await colours(canvas, 0);
    expect(top).toContain(lock);
    expect(top[0]).toBe(running);
    expect(await colours(canvas, 1)).toEqual(expect.arrayContaining([sleep]));
    expect(top).not.toContain(syscall);
    await page.getByLabel("in state").selectOption("lock");
    await clickRow(canvas, 0.5, 0);
    expect(await readout(page).textContent()).toBe(
      "go main.get · 1 call · total 54.0µs, self 54.0µs, 100.0% of the lock time · lock 40,000 ns, running 14,000 ns",
    );
    const rows = page.locator("table.states tr");
    expect(await rows.allTextContents()).toEqual([
      ...["statetotalself", "lock40,000 ns40,000 ns", "running14,000 ns14,000 ns", "all54,000 ns54,000 ns"],
    ]);
    expect(new Set(await colours(canvas, 0))).toEqual(new Set([lock]));
    await page.getByRole("combobox", { name: "Colour" }).selectOption("function");
    expect(await page.locator(".legend li").count()).toBe(0);
    expect(await colours(canvas, 0)).not.toContain(lock);
    await page.getByLabel("in state").selectOption("off-cpu");
    await page.getByRole("button", { name: "Callers and callees as graphs" }).click();
    expect(await page.locator("h2").first().textContent()).toContain("40.0µs of off-cpu time");
    await page.getByLabel("Width").selectOption("calls");
    expect(await page.getByLabel("in state").isDisabled()).toBe(true);
  });
});

test("the panel of a function says who made it wait and whom it made wait, and leads there", async () => {
  await open(async (page) => {
    await page.getByRole("tab", { name: "Functions" }).click();
    const items = (title: string) =>
      page.getByRole("list", { name: title, exact: true }).locator("li").allTextContents();
    await page.locator("td").getByRole("button", { name: "main.get" }).click();
    expect(await items("Waits")).toEqual(["40.0µs for the lock that main.put held (1 wait)"]);
    expect(await items("Makes others wait")).toEqual([
      "main.main 28.0µs for a WaitGroup, Cond or Once, which it ended (1 wait)",
    ]);
    await page.getByRole("list", { name: "Waits", exact: true }).getByRole("button", { name: "main.put" }).click();
    expect(await page.locator("aside h2").textContent()).toBe("main.put");
    expect(await items("Makes others wait")).toEqual(["main.get 40.0µs for the lock that it held (1 wait)"]);
    expect(await items("Waits")).toEqual([]);
  });
});

test("bars of goroutines show states; a wait says for what and because of whom, and leads there", async () => {
  await open(async (page) => {
    await page.getByRole("tab", { name: "Goroutines" }).click();
    const canvas = page.locator(".surface canvas").first();
    const box = (await canvas.boundingBox())!;
    const [lock, running, syscall] = await Promise.all(
      ["lock", "running", "channel"].map((name) => colourOf(page, name)),
    );
    const y = (row: number) => 22 + row * 19 + 9;
    // Rows: main, put, get.
    const get = await colours(canvas, 2, 22 + 4);
    expect(get).toEqual(expect.arrayContaining([running, lock]));
    expect(get).not.toContain(syscall);
    await canvas.hover({ position: { x: at(box, 30), y: y(2) } });
    const text = "goroutine 3 waits 40.0µs for a lock (sync) in main.get, ended by goroutine 2 in main.put";
    expect(await readout(page).textContent()).toBe(text);
    await canvas.click({ position: { x: at(box, 30), y: y(2) } });
    expect(await page.locator("h2").textContent()).toBe("Goroutine 3 main.get");
    await page.getByRole("button", { name: "Go to goroutine 2 at that moment" }).click();
    expect(await page.locator("h2").textContent()).toBe("Goroutine 2 main.put");
    // The call that was open then is selected, its state is in the band above it.
    const detail = page.locator(".flame").last();
    expect(await detail.locator(".readout").textContent()).toContain("main.put · 50.0µs");
    await page.getByRole("button", { name: "← goroutine 3, which waited" }).click();
    expect(await page.locator("h2").textContent()).toBe("Goroutine 3 main.get");
    const band = page.locator(".flame canvas").last();
    expect(await colours(band, 0, 22 + 3)).toEqual(expect.arrayContaining([running, lock]));
    await band.click({ position: { x: box.width / 2, y: y(0) } });
    expect(await page.locator("h2").textContent()).toBe("Goroutine 2 main.put");

    // By keys in the band: back, and to the lock again.
    await page.getByRole("button", { name: "← goroutine 3, which waited" }).click();
    await band.focus();
    for (const key of ["p", "n", "Enter"]) await page.keyboard.press(key);
    expect(await page.locator("h2").textContent()).toBe("Goroutine 2 main.put");

    // By keys: the first wait of main, which get ended.
    await canvas.focus();
    for (const key of ["ArrowUp", "ArrowUp", "n", "n"]) await page.keyboard.press(key);
    expect(await readout(page).textContent()).toBe(
      "goroutine 1 waits 28.0µs for a WaitGroup, Cond or Once (sync.(*WaitGroup).Wait) in main.main, ended by goroutine 3 in main.get",
    );
    for (const key of ["p", "n", "Enter", "Enter"]) await page.keyboard.press(key);
    expect(await page.locator("h2").textContent()).toBe("Goroutine 3 main.get");
  });
});
