import { inflateSync } from "node:zlib";
import fc from "fast-check";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ByteReader } from "../../src/base/varint.js";
import { type Recording, readRecording, STATES } from "../../src/calltree/index.js";
import { type PageCalls, packCalls } from "../../src/page/data/calls.js";
import { renderPage } from "../../src/page/data/page.js";
import { RequestSample } from "../../src/page/data/request-sample.js";
import { readRequests } from "../../src/page/data/requests.js";
import { scripted } from "../calltree/script.js";
import { scriptedStays } from "../export/stays.js";
import { locate } from "../render/reports.js";
import { withTree } from "../support/calltrace/give-back.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { openPages, template } from "./pages.js";

const pages = openPages();

/** Twelve quick requests, of which one fails, and a slow one that waits for a worker, which outlives it. */
const shop = `
  0    g1 { main.main
  ${Array.from({ length: 12 }, (_, i) => `${10 + i * 10} g2${i === 0 ? "<g1" : ""} { shop.get\n${14 + i * 10} g2 } ${i === 5 ? "panic" : ""}`).join("\n")}
  200  g3<g1 { shop.list
  210  g3 go g4
  230  g3 { shop.wait
  380  g3 }
  400  g3 }
  220  g4 { shop.worker
  225  g4 { shop.query
  370  g4 }
  500  g4 }
  1000 g1 }`;
const stays = `
  g2 0-1000 running
  g3 200-230 running
  g3 230-380 lock "sync" by g4 at shop.wait shop.worker
  g3 380-400 running
  g4 210-220 runnable
  g4 220-500 running`;

const read = () => readRecording(memorySource(scripted(shop)));
const withStates = () =>
  read().withStates(() => Object.assign(scriptedStays(stays), { serves: (goid: number) => goid === 2 || goid === 3 }));
const pack = (recording: Recording, isRequest?: (name: string) => boolean): PageCalls =>
  packCalls(recording, {
    isRequest,
    title: () => "shop",
    notes: () => [],
    callCommand: (id) => `gotrace report --call ${id} '{id}$&.gotrace'`,
  });

function requestsOf(recording: Recording) {
  const given = pack(recording).processes[0].requests!;
  const bytes = inflateSync(Buffer.from(given.packed, "base64"));
  return { given, ...readRequests(new ByteReader(bytes), given.words) };
}

test("requests have numbers by function, points by start, and the goroutines of the slow ones", () => {
  const recording = withStates();
  const names = recording.forest.functions.map(({ name }) => name);
  const { given, roots, columns, details } = requestsOf(recording);
  expect(given).toMatchObject({ kind: "handlers", guessed: false, count: 13 });
  expect(roots.map(({ func, count, max }) => [names[func], count, max])).toEqual([
    ["shop.list", 1, 200_000],
    ["shop.get", 12, 4_000],
  ]);
  expect(roots[1].slow?.[STATES.indexOf("running")]).toBe(4_000);
  expect([...columns.how]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect([columns.start[12], columns.length[12], columns.goid[12], columns.number[12]]).toEqual([
    200_000, 200_000, 3, 1,
  ]);
  const { members } = details.get(12)!;
  const [own, worker] = members;
  expect(
    members.map(({ goid, parent, spawned, from, to, outlives }) => [goid, parent, spawned, from, to, outlives]),
  ).toEqual([
    [3, 0, 200_000, 200_000, 400_000, false],
    [4, 3, 210_000, 220_000, 400_000, true],
  ]);
  expect(own.calls.map(({ func, level, start, end }) => [names[func], level, start, end])).toEqual([
    ["shop.list", 0, 200_000, 400_000],
    ["shop.wait", 1, 230_000, 380_000],
  ]);
  expect(worker.calls.map(({ func, end }) => [names[func], end])).toEqual([
    ["shop.worker", 400_000],
    ["shop.query", 370_000],
  ]);
  expect(own.stays.map(({ state, begin, end, waker }) => [STATES[state], begin, end, waker])).toEqual([
    ["running", 200_000, 230_000, -1],
    ["lock", 230_000, 380_000, 4],
    ["running", 380_000, 400_000, -1],
  ]);
  expect(own.stays[1]).toMatchObject({ reason: "sync", place: "shop.wait", wakerPlace: "shop.worker" });
  expect(worker.stays.map(({ state, end }) => [STATES[state], end])).toEqual([
    ["runnable", 220_000],
    ["running", 400_000],
  ]);
});

test("the critical path goes over goroutines, also over those of others, and covers the request", () => {
  const recording = withStates();
  const names = recording.forest.functions.map(({ name }) => name);
  const { path } = requestsOf(recording).details.get(12)!;
  expect(path.map(({ begin }) => begin)).toEqual([200_000, ...path.slice(0, -1).map(({ end }) => end)]);
  expect(path.at(-1)!.end).toBe(400_000);
  const waited = path.find(({ begin, end }) => begin <= 300_000 && 300_000 < end)!;
  expect([waited.goid, STATES[waited.state], names[waited.func]]).toEqual([4, "running", "shop.query"]);
});

test("a request on a kept-alive connection has its own calls alone, numbered as on the goroutine", () => {
  const { columns, details } = requestsOf(withStates());
  const { members } = details.get(3)!;
  expect(columns.number[3]).toBe(4);
  expect(members[0].calls.map(({ start, end }) => [start, end])).toEqual([[40_000, 44_000]]);
});

test("of a request with too many goroutines the first are there, and the number of the others", () => {
  const started = Array.from({ length: 150 }, (_, i) => `${20 + i} g3 go g${10 + i}`);
  const lives = Array.from({ length: 150 }, (_, i) => `${200 + i} g${10 + i} { shop.part\n${201 + i} g${10 + i} }`);
  const script = ["0 g1 { main.main", "10 g3<g1 { shop.list", ...started, ...lives, "600 g3 }", "900 g1 }"].join("\n");
  const { details } = requestsOf(readRecording(memorySource(scripted(script))));
  const { members, omitted } = details.get(0)!;
  expect([members.length, omitted]).toEqual([100, 51]);
  expect(members.map(({ goid }) => goid).slice(0, 3)).toEqual([3, 10, 11]);
});

test("without states there are no stays, and requests are guessed; without requests there is nothing", () => {
  const { given, details } = requestsOf(read());
  expect(given.guessed).toBe(true);
  expect(details.get(12)!.members.map((member) => member.stays)).toEqual([[], []]);
  const plain = readRecording(memorySource(scripted("0 g1 { main.main\n10 g1 }")));
  expect(pack(plain).processes[0].requests).toBeUndefined();
  const named = pack(plain, (name) => name === "main.main").processes[0].requests;
  expect(named).toMatchObject({ kind: "named", guessed: false, count: 1 });
});

test("of calls that were given back there are the requests that were collected, without details", async () => {
  const bytes = scripted(shop, { control: { numbers: {} } });
  const left = readRecording(memorySource(withTree(bytes, undefined, { collectsDurations: true })));
  const [whole, kept] = [readRecording(memorySource(bytes)), left].map(requestsOf);
  expect(whole.columns.size).toBe(13);
  expect(kept.roots).toEqual(whole.roots);
  expect(kept.columns).toEqual(whole.columns);
  expect(kept.given).toMatchObject({ kind: "handlers", guessed: true, count: 13, unkept: [] });
  expect(kept.details.size).toBe(0);
  expect(pack(left).callCommand).toBeUndefined();
  const html = renderPage(template, [], { version: "1.2.3", locate, calls: pack(left) });
  const use = async (page: Page) => {
    const request = page.getByRole("region", { name: "Request", exact: true });
    await request.locator("h2").waitFor();
    expect(await request.textContent()).toMatch(
      /^Request 3.1 shop.list.*Its calls were given back while the program ran\.$/,
    );
    expect(await page.getByText("Single calls were given back while the program ran: --save").count()).toBe(1);
    expect(await page.getByRole("status").textContent()).toBe("13 requests");
  };
  await pages.open(html, use, { hash: "#requests" });
});

test("of too many requests the slowest stay, and a sample of the others that leaves no part of the run out", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.constantFrom(50, 200), (count, most) => {
      const sample = new RequestSample(most);
      const all = Array.from({ length: count }, (_, i) => ({
        ...{ start: i * 10, length: (i * 7919) % 10_007, func: i % 3, how: 0, goid: i, number: 1 },
      }));
      for (const request of all) sample.add(request);
      const kept = sample.requests();
      expect(sample.added).toBe(count);
      expect(kept).toHaveLength(Math.min(count, most));
      expect(kept.map(({ start }) => start)).toEqual(kept.map(({ start }) => start).sort((a, b) => a - b));
      const slowest = [...all].sort((a, b) => b.length - a.length).slice(0, Math.min(count, most / 5));
      expect(kept).toEqual(expect.arrayContaining(slowest));
      if (count < 20 * most) return;
      const half = kept.filter(({ start }) => start < count * 5).length;
      expect(half).toBeGreaterThan(most / 4);
      expect(half).toBeLessThan((most * 3) / 4);
    }),
    { numRuns: 60 },
  );
});

test("the tab: a click on a function shows its requests, keys go from point to point, a wait says who ended it", async () => {
  const html = renderPage(template, [], { version: "1.2.3", locate, calls: pack(withStates()) });
  const use = async (page: Page) => {
    const request = page.getByRole("region", { name: "Request", exact: true });
    const heading = request.locator("h2");
    await heading.waitFor();
    // The slowest one is shown first.
    expect(await heading.textContent()).toBe("Request 3.1 shop.list");
    expect(await request.textContent()).toContain("gotrace report --call 3.1 '{id}$&.gotrace'");
    const [points, timeline] = [page.locator("canvas").nth(0), request.locator("canvas")];
    const box = (await timeline.boundingBox())!;
    // The band of states lies below the axis and the name of the goroutine; half of the request is the wait.
    await timeline.hover({ position: { x: box.width / 2, y: 48 } });
    expect(await request.locator(".readout").textContent()).toBe(
      "goroutine 3 waits 150µs for a lock (sync) in shop.wait, ended by goroutine 4 in shop.worker · from 30.0µs on",
    );
    await timeline.click({ position: { x: box.width / 2, y: 48 } });
    await page.mouse.move(0, 0);
    expect(await request.locator(".readout").textContent()).toContain("shop.worker · 180µs from 20.0µs on");
    expect(await request.locator("table.path").textContent()).toContain("runningshop.query");
    await points.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    expect(await heading.textContent()).toBe("Request 2.11 shop.get");
    const tables = page.locator("table.sorted");
    await tables.first().getByRole("button", { name: "shop.get" }).click();
    expect(await page.getByRole("status").textContent()).toBe("12 requests of shop.get");
    expect(await tables.nth(1).locator("tbody tr").count()).toBe(12);
    await tables.nth(1).getByRole("button", { name: "2.6 shop.get" }).click();
    expect(await request.textContent()).toContain("panicked");
    await page.getByRole("button", { name: "All functions" }).click();
    expect(await page.getByRole("status").textContent()).toBe("13 requests");
  };
  await pages.open(html, use, { hash: "#requests" });
});
