import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { readRecording } from "../../src/calltree/index.js";
import { packCalls } from "../../src/page/data/calls.js";
import { type PageInput, renderPage } from "../../src/page/data/page.js";
import { scripted } from "../calltree/script.js";
import { finding, locate, report } from "../render/reports.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { openPages, type PageContext, template } from "./pages.js";

const pages = openPages();
const script = "main.</script><script>alert(1)</script><img/src=x/onerror=alert(2)><!--";

/** main calls load (300) and save (100), which calls encode; it starts two workers, one of which recurses. */
const shop = `
  0    g1 { main.main
  10   g1 { shop/store.load
  310  g1 }
  320  g1 go g2
  330  g1 go g3
  340  g1 { shop/store.save
  350  g1 { shop/json.encode
  420  g1 }
  440  g1 }
  1000 g1 }
  350  g2 { shop/pool.worker
  400  g2 { shop/pool.walk
  500  g2 { shop/pool.walk
  600  g2 }
  700  g2 }
  900  g2 }
  360  g3 { shop/pool.worker
  365  g3 { ${script}
  370  g3 }
  380  g3 }`;

const tested = `
  0   g1 { main.TestMain
  10  g2<g1 { main.TestA
  11  g2 { main.work
  19  g2 }
  30  g2 }
  40  g3<g1 { main.TestB
  60  g3 }
  100 g1 }`;

interface Given extends PageContext {
  readonly program?: string;
  readonly tests?: boolean;
  readonly findings?: readonly PageInput[];
}

async function open(use: (page: Page) => Promise<void>, given: Given = {}): Promise<void> {
  const { program = shop, tests = false, findings = [], ...context } = given;
  const calls = packCalls(readRecording(memorySource(scripted(program))), {
    tests,
    command: "./cmd/shop",
    title: () => "shop",
    notes: () => [{ text: "not recorded: 12 events", serious: true }],
  });
  const ready = async (page: Page) => {
    await page.locator("[role=tab][aria-selected=true]").waitFor();
    await use(page);
  };
  await pages.open(renderPage(template, findings, { version: "1.2.3", locate, calls }), ready, context);
}

const tab = (page: Page, name: string) => page.getByRole("tab", { name });
const readout = (page: Page) => page.locator(".flame:visible .readout").first();

/** Clicks on a point of a canvas, given as a fraction of its width and a row. */
async function clickRow(canvas: Locator, share: number, row: number): Promise<void> {
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: box.width * share, y: row * 19 + 9 } });
}

/** A copy that can be read several times. */
function pixels(canvas: Locator, top: number, height: number): Promise<{ data: number[]; paper: string }> {
  return canvas.evaluate(
    (element: HTMLCanvasElement, at) => {
      const ratio = element.width / element.clientWidth;
      const copy = document.createElement("canvas");
      copy.width = element.width;
      copy.height = Math.round(at.height * ratio);
      const context = copy.getContext("2d", { willReadFrequently: true })!;
      context.drawImage(element, 0, -Math.round(at.top * ratio));
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      const paper = getComputedStyle(document.body).backgroundColor.match(/\d+/g)!;
      return { data: [...data], paper: paper.slice(0, 3).join() };
    },
    { top, height },
  );
}

/** Number of colours in a row of a canvas, without mixed ones at edges, and the part of it that is not background. */
async function inspect(canvas: Locator, row: number): Promise<{ colours: number; filled: number }> {
  // A line above the letters.
  const { data, paper } = await pixels(canvas, row * 19 + 2, 1);
  const found = new Map<string, number>();
  for (let i = 0; i < data.length; i += 4) {
    const colour = data.slice(i, i + 3).join();
    found.set(colour, (found.get(colour) ?? 0) + 1);
  }
  const filled = 1 - (found.get(paper) ?? 0) / (data.length / 4);
  found.delete(paper);
  return { colours: [...found.values()].filter((times) => times > 3).length, filled };
}

test("the overview says what was traced and how complete it is", async () => {
  await open(async (page) => {
    expect(await page.locator("h1").textContent()).toBe("shop");
    expect(await page.locator(".tally").textContent()).toContain("1.00mswall time");
    expect(await page.locator(".tally").textContent()).toContain("3goroutines");
    expect(await page.locator(".note li").textContent()).toBe("not recorded: 12 events");
    const self = page.locator(".ranking").first().locator("tr");
    expect(await self.first().textContent()).toContain("main.main");
    expect(await page.locator("dd").allTextContents()).toContain("./cmd/shop");
  });
});

test("names with markup are text, in every view", async () => {
  await open(async (page) => {
    for (const name of ["Flame graph", "Functions", "Goroutines"]) {
      await tab(page, name).click();
      expect(await page.locator("img, script[src], iframe").count()).toBe(0);
      expect(await page.locator("script").count()).toBe(2);
    }
    await tab(page, "Functions").click();
    await page.getByText(script).first().click();
    expect(await page.locator(".panel h2").textContent()).toBe(script);
  });
});

test("the flame graph: frames in pixels, a click zooms and shows callers and callees, Escape shows everything", async () => {
  await open(
    async (page) => {
      const canvas = page.locator("canvas:visible");
      // Total time: main 1000, the workers 550 and 20 beside it, so the first row is full, and load ends at 300 of 1570.
      expect((await inspect(canvas, 0)).filled).toBeGreaterThan(0.98);
      const second = await inspect(canvas, 1);
      expect(second.colours).toBeGreaterThanOrEqual(2);
      expect(second.filled).toBeGreaterThan(0.4);
      expect(second.filled).toBeLessThan(0.55);
      await clickRow(canvas, 0.1, 1);
      expect(await page.locator(".panel h2").textContent()).toBe("shop/store.load");
      expect(await page.locator(".panel .relations").first().locator("tbody tr").allTextContents()).toEqual([
        "main.main300µs300µs1",
      ]);
      await expect.poll(async () => (await inspect(canvas, 1)).filled).toBeGreaterThan(0.98);
      await page.keyboard.press("Escape");
      await expect.poll(async () => (await inspect(canvas, 1)).filled).toBeLessThan(0.55);
      await clickRow(canvas, 0.02, 0);
      const tables = page.locator(".panel .relations");
      expect(await page.locator(".panel h2").textContent()).toBe("main.main");
      expect(await tables.nth(0).locator("tbody tr").allTextContents()).toEqual(["(none that is traced)1.00ms600µs1"]);
      expect(await tables.nth(1).locator("tbody tr").allTextContents()).toEqual([
        "go pool.worker570µs265µs2",
        "store.load300µs300µs1",
        "store.save100µs30.0µs1",
      ]);
      await tables.nth(1).getByText("store.save").click();
      expect(await page.locator(".panel h2").textContent()).toBe("shop/store.save");
    },
    { hash: "#flame" },
  );
});

test("keys and the wheel move and zoom; the line below says what is selected", async () => {
  await open(
    async (page) => {
      const canvas = page.locator("canvas:visible");
      await canvas.focus();
      await page.keyboard.press("ArrowDown");
      expect(await readout(page).textContent()).toContain(
        "main.main · 1 call · total 1.00ms, self 600µs, 63.7% of the time",
      );
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      expect(await readout(page).textContent()).toContain("shop/store.save");
      await page.keyboard.press("Enter");
      expect(await page.locator(".panel h2").textContent()).toBe("shop/store.save");
      await page.keyboard.press("0");
      await expect.poll(async () => (await inspect(canvas, 1)).filled).toBeLessThan(0.55);
      const box = (await canvas.boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.1, box.y + 30);
      await page.keyboard.down("Control");
      for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -60);
      await page.keyboard.up("Control");
      await expect.poll(async () => (await inspect(canvas, 1)).filled).toBeGreaterThan(0.98);
      await page.getByRole("button", { name: "show everything" }).click();
      await expect.poll(async () => (await inspect(canvas, 1)).filled).toBeLessThan(0.55);
    },
    { hash: "#flame" },
  );
});

test("a search highlights and says its share; weights and direction change the picture", async () => {
  await open(
    async (page) => {
      const canvas = page.locator("canvas:visible");
      await page.keyboard.press("/");
      await page.keyboard.type("store\\.(load|save)");
      expect(await page.locator("section [role=status]").textContent()).toBe("2 functions, 25.5% of the time");
      // One colour for matches, one for the others.
      await expect.poll(async () => (await inspect(canvas, 1)).colours).toBe(2);
      await page.keyboard.press("Control+A");
      await page.keyboard.type("pool.(walk");
      expect(await page.locator("section [role=status]").textContent()).toContain("taken literally: ");
      await page.keyboard.press("Control+A");
      await page.keyboard.press("Backspace");
      await page.getByLabel("Width").selectOption("calls");
      await canvas.focus();
      await page.keyboard.press("ArrowDown");
      expect(await readout(page).textContent()).toContain(
        "main.main · 1 call · total 1.00ms, self 600µs, 100.0% of the calls",
      );
      await page.getByRole("button", { name: "Roots at the bottom" }).click();
      expect((await inspect(canvas, 0)).filled).toBeLessThan(0.6);
      expect((await inspect(canvas, 3)).filled).toBeGreaterThan(0.98);
    },
    { hash: "#flame" },
  );
});

test("a function in the middle, with what calls it above and what it calls below", async () => {
  await open(
    async (page) => {
      await page.getByRole("button", { name: "pool.walk" }).click();
      await page.getByRole("button", { name: "Callers and callees as graphs" }).click();
      expect(await page.locator(".sandwich-bar").textContent()).toContain("shop/pool.walk 300µs");
      const [callers, callees] = [page.locator(".sandwich canvas").nth(0), page.locator(".sandwich canvas").nth(1)];
      for (const canvas of [callers, callees]) {
        expect((await inspect(canvas, 0)).filled).toBeGreaterThan(0.98);
      }
      // Below it: itself again, for 100 of 300.
      expect((await inspect(callees, 1)).filled).toBeCloseTo(0.33, 1);
      await clickRow(callers, 0.5, 1);
      expect(await page.locator(".panel h2").textContent()).toBe("shop/pool.worker");
      await page.getByRole("button", { name: "← Whole graph" }).click();
      expect(await page.locator(".sandwich").isVisible()).toBe(false);
    },
    { hash: "#functions" },
  );
});

test("the table of functions sorts and filters, and counts recursion once", async () => {
  await open(
    async (page) => {
      const rows = page.locator("table.sorted tbody tr");
      expect(await rows.first().textContent()).toContain("main.main");
      await page.locator("th").getByText("calls", { exact: true }).click();
      expect(await page.locator("th[aria-sort]").textContent()).toBe("calls");
      expect(Number(await rows.first().locator("td").nth(1).textContent())).toBe(2);
      await page.locator("th").getByText("function", { exact: true }).click();
      expect(await page.locator("th[aria-sort]").getAttribute("aria-sort")).toBe("ascending");
      await page.keyboard.press("/");
      await page.keyboard.type("WALK");
      expect(await page.locator("section [role=status]").textContent()).toBe("0 of 7 functions");
      await page.keyboard.press("Control+A");
      await page.keyboard.type("walk");
      const cells = ["pool.walk", "2", "300µs", "300µs", "100µs", "200µs", "100µs", "300µs", "300µs", "300µs"];
      expect(await rows.locator("td").allTextContents()).toEqual(cells);
    },
    { hash: "#functions" },
  );
});

test("goroutines over time: under their starter, foldable, with the calls of one and the way to the flame graph", async () => {
  await open(
    async (page) => {
      const canvas = page.locator("canvas").first();
      await clickRow(canvas, 0.6, 2.2);
      expect(await page.locator("section h2").textContent()).toBe("Goroutine 2 shop/pool.worker");
      expect(await page.locator("section dl").textContent()).toContain("started bygoroutine 1");
      expect(await readout(page).textContent()).toContain("goroutine 2 shop/pool.worker · 550µs from 350µs on");
      await canvas.focus();
      await page.keyboard.press("ArrowUp");
      expect(await readout(page).textContent()).toContain("goroutine 1 main.main");
      const high = await canvas.evaluate((element) => element.parentElement!.clientHeight);
      await page.keyboard.press("ArrowLeft");
      expect(await canvas.evaluate((element) => element.parentElement!.clientHeight)).toBeLessThan(high);
      await page.keyboard.press("ArrowRight");
      expect(await canvas.evaluate((element) => element.parentElement!.clientHeight)).toBe(high);
      const stack = page.locator("canvas").nth(1);
      expect((await inspect(stack, 2)).colours).toBeGreaterThanOrEqual(1);
      await clickRow(stack, 0.3, 2.2);
      expect(await tab(page, "Flame graph").getAttribute("aria-selected")).toBe("true");
      expect(await page.locator(".panel h2").textContent()).toBe("shop/pool.walk");
    },
    { hash: "#goroutines" },
  );
});

test("tests can be looked at one by one", async () => {
  await open(
    async (page) => {
      expect(await page.getByLabel("Show").locator("option").allTextContents()).toEqual([
        "everything (3 parts)",
        "main.TestA (20.0µs)",
        "main.TestB (20.0µs)",
        "outside of tests (100µs)",
      ]);
      await page.getByLabel("Show").selectOption("main.TestA (20.0µs)");
      await tab(page, "Functions").click();
      expect(await page.locator("table.sorted tbody td:first-child").allTextContents()).toEqual([
        "main.TestA",
        "main.work",
      ]);
      await tab(page, "Flame graph").click();
      expect((await inspect(page.locator("canvas:visible"), 0)).filled).toBeGreaterThan(0.98);
    },
    { program: tested, tests: true },
  );
});

test("findings are a view beside the calls, and an address leads to one", async () => {
  const findings = [{ report: report({ findings: [finding(), finding({ title: "Second" })] }) }];
  await open(
    async (page) => {
      expect(await tab(page, "Findings (2)").getAttribute("aria-selected")).toBe("true");
      expect(await page.locator("details[open] summary").textContent()).toContain("Second");
      await page.keyboard.press("1");
      expect(await tab(page, "Overview").getAttribute("aria-selected")).toBe("true");
      expect(new URL(page.url()).hash).toBe("#overview");
    },
    { findings, hash: "#0.1" },
  );
});

test("nothing is wider than a small screen", async () => {
  await open(
    async (page) => {
      for (const name of ["Overview", "Flame graph", "Functions", "Goroutines"]) {
        await tab(page, name).click();
        const canvas = page.locator("canvas:visible").first();
        if (name === "Flame graph") await clickRow(canvas, 0.1, 1);
        if (name === "Goroutines") await clickRow(canvas, 0.6, 1.3);
        if (name === "Functions") await page.getByRole("button", { name: script }).click();
        expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(390);
      }
    },
    { viewport: { width: 390, height: 800 } },
  );
});

test("light and dark: text has contrast, canvases follow when the system changes", async () => {
  await open(
    async (page) => {
      const canvas = page.locator("canvas:visible");
      const brightness = async () => {
        const { data } = await pixels(canvas, 2, 1);
        return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? 0 : value), 0) / (data.length * 0.75 * 255);
      };
      expect(await brightness()).toBeGreaterThan(0.75);
      await page.emulateMedia({ colorScheme: "dark" });
      await expect.poll(brightness).toBeLessThan(0.45);
    },
    { hash: "#flame", colorScheme: "light" },
  );
});

/** main serves; two goroutines wait for work until the end, one of which works in between; one only works. */
const idle = `
  0    g1 { main.main
  10   g1 go g2
  20   g1 go g3
  30   g1 go g4
  40   g2 { shop/pool.loop
  50   g3 { shop/pool.loop
  60   g4 { shop/api.serve
  100  g2 { shop/pool.work
  140  g2 }
  460  g4 }
  1000 g1 }`;

test("goroutines that wait for work count when they are asked for", async () => {
  await open(
    async (page) => {
      const names = () => page.locator(".ranking").first().locator("td:first-child").allTextContents();
      expect(await names()).toEqual(["main.main", "api.serve", "pool.work"]);
      const box = page.getByRole("checkbox", { name: "count goroutines that wait for work" });
      await tab(page, "Goroutines").click();
      const status = page.locator("section [role=status]");
      expect(await status.textContent()).toBe("2 goroutines, without 2 goroutines that wait for work");
      // A number is found whatever its goroutine does.
      await page.getByRole("searchbox").fill("3");
      expect(await status.textContent()).toMatch(/^1 goroutine of /);
      await box.check();
      await page.locator("[role=status]").getByText("4 goroutines").waitFor();
      await tab(page, "Overview").click();
      expect((await names()).slice(0, 2)).toEqual(["pool.loop", "main.main"]);
    },
    { program: idle },
  );
});

test("the slowest calls lead to their paths and goroutines, and goroutines to those that started them", async () => {
  await open(
    async (page) => {
      const rows = page.locator("table.sorted tbody tr");
      expect(await rows.first().locator("td").allTextContents()).toEqual(["main.main", "1.00ms", "0ns", "1"]);
      expect(await rows.nth(1).locator("td").allTextContents()).toEqual(["pool.worker", "550µs", "350µs", "2"]);
      await page.getByRole("searchbox").fill("walk");
      expect(await rows.locator("td:first-child").allTextContents()).toEqual(["pool.walk", "pool.walk"]);
      await rows.first().getByRole("button", { name: "2", exact: true }).click();
      expect(await tab(page, "Goroutines").getAttribute("aria-selected")).toBe("true");
      expect(await page.locator("h2").first().textContent()).toBe("Goroutine 2 shop/pool.worker");
      await page.getByRole("button", { name: "goroutine 1" }).click();
      expect(await page.locator("h2").first().textContent()).toBe("Goroutine 1 main.main");
      await tab(page, "Slowest calls").click();
      await rows.first().getByRole("button").first().click();
      expect(await tab(page, "Flame graph").getAttribute("aria-selected")).toBe("true");
      expect(await page.locator(".panel h2").textContent()).toBe("shop/pool.walk");
    },
    { hash: "#calls" },
  );
});

test("of a long table the rows in view are in the document, and all can be reached", async () => {
  const functions = Array.from({ length: 3000 }, (_, n) => `${2 * n + 1} g1 { main.f${n}\n${2 * n + 2} g1 }`);
  await open(
    async (page) => {
      const rows = page.locator("table.sorted tbody:not(.space) tr");
      expect(await rows.count()).toBeLessThan(200);
      await page.locator("th").getByText("function", { exact: true }).click();
      const list = page.locator(".rows");
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.getByRole("button", { name: "main.main", exact: true }).waitFor();
      expect(await rows.count()).toBeLessThan(200);
      await page.getByRole("searchbox").fill("f2999");
      expect(await rows.locator("td:first-child").allTextContents()).toEqual(["main.f2999"]);
    },
    { program: `0 g1 { main.main\n${functions.join("\n")}\n9000 g1 }`, hash: "#functions" },
  );
});

test("a finding says what it found before it is opened, and its goroutine leads to its calls", async () => {
  await open(
    async (page) => {
      const { message } = finding();
      await page.getByText(message).first().waitFor();
      await page.locator("summary").first().click();
      await page.locator(".body .link").first().click();
      expect(await page.locator("h2").first().textContent()).toBe("Goroutine 2 shop/pool.worker");
    },
    { findings: [{ report: report({ findings: [finding({ goroutine: 2 })] }) }], hash: "#findings" },
  );
});

test("at 390 pixels no column is cut", async () => {
  await open(
    async (page) => {
      for (const name of ["Overview", "Functions", "Slowest calls", "Findings (1)"]) {
        await tab(page, name).click();
        const cut = await page
          .locator(".scroll")
          .evaluateAll((all) => all.filter((each) => each.scrollWidth > each.clientWidth + 1).length);
        expect([name, cut]).toEqual([name, 0]);
      }
      // All tabs are visible.
      const list = page.getByRole("tablist");
      expect(await list.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    },
    { viewport: { width: 390, height: 800 }, findings: [{ report: report({ findings: [finding({})] }) }] },
  );
});

test("no column of the functions is cut beside their panel", async () => {
  await open(
    async (page) => {
      await page.locator("table.sorted td button").first().click();
      const size = await page
        .locator(".rows")
        .first()
        .evaluate((each) => [each.scrollWidth, each.clientWidth]);
      expect(size[0]).toBeLessThanOrEqual(size[1]);
    },
    { viewport: { width: 1280, height: 800 }, hash: "#functions" },
  );
});
