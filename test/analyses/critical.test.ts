/** Critical paths of requests whose correct paths are known: testdata/exectrace/programs/paths.go documents them. */
import { expect, test } from "vitest";
import { type CriticalPath, type LocateTarget, Locator, Summarizer } from "../../src/analyses/index.js";
import { feedAll, readerOf } from "./traces.js";

function pathOf(name: string, target: LocateTarget): CriticalPath {
  const first = readerOf(`cases/${name}`);
  const locator = new Locator(first, target);
  feedAll(first, (e) => locator.feed(e));
  locator.finish();
  const reader = readerOf(`cases/${name}`);
  const summarizer = new Summarizer(reader, locator.result());
  feedAll(reader, (e) => summarizer.feed(e));
  const { criticalPath } = summarizer.finish();
  const { parts, steps, begin, end } = criticalPath!;
  expect(parts.reduce((sum, part) => sum + part.total, 0)).toBe(end - begin);
  for (const [i, step] of steps.entries()) if (i > 0) expect(step.begin).toBe(steps[i - 1].end);
  return criticalPath!;
}

/** Milliseconds of the path that goroutines with this start function spend in an activity. */
function ms({ parts }: CriticalPath, start: string, activity: string): number {
  const found = parts.filter((part) => part.function === start && part.activity === activity);
  return found.reduce((sum, part) => sum + part.total, 0) / 1e6;
}

test("a connection that was kept alive has waited for long, the request for 9 ms", () => {
  for (const target of [{ kind: "task type", type: "request" } as const, { kind: "goroutine", id: 1 } as const]) {
    const path = pathOf("critical-path-keepalive", target);
    expect(ms(path, "net/http.(*persistConn).readLoop", "waiting")).toBeCloseTo(
      target.kind === "goroutine" ? 14.5 : 9.15,
      0,
    );
    const [most] = path.parts;
    expect(most).toMatchObject({ function: "main.main", activity: "running" });
    expect(most.stack.map((frame) => frame.function)).toContain("main.compute");
    expect(most.total / 1e6).toBeCloseTo(106, 0);
  }
});

test("a goroutine has one label, and the stages of a chain are all on the path", () => {
  const path = pathOf("critical-path-label", { kind: "task type", type: "request" });
  expect(path.parts.every((part) => part.function !== "")).toBe(true);
  expect(ms(path, "main.main", "running")).toBeCloseTo(20, 0);
  expect(ms(path, "main.stage2", "running")).toBeCloseTo(30, 0);
  expect(ms(path, "main.stage3", "waiting")).toBeCloseTo(50.7, 0);
});

const network = (path: CriticalPath) => ms(path, "net/http.(*persistConn).readLoop", "waiting");

/** Own work takes at least as long as the program computes; a slow machine may add to it, and that counts. */
test.each(["go1.22", "go1.24", "go1.26"])("%s: requests, pools and workers", (version) => {
  const of = (type: string) => pathOf(`paths-${version}`, { kind: "task type", type });

  const keepalive = of("keepalive");
  expect(ms(keepalive, "main.main", "running")).toBeGreaterThan(30);
  expect(network(keepalive)).toBeGreaterThan(10);
  expect(network(keepalive)).toBeLessThan(13);

  // The rest of the other one's response, then its own 10 ms.
  const connpool = of("connpool");
  expect(ms(connpool, "main.connpool.func2", "running")).toBeGreaterThan(19.9);
  expect(ms(connpool, "main.connpool.func1", "running")).toBeLessThan(1);
  expect(network(connpool)).toBeGreaterThan(10);

  const workerpool = of("workerpool");
  expect(ms(workerpool, "main.main", "running")).toBeGreaterThan(19.9);
  expect(ms(workerpool, "main.worker", "running")).toBeGreaterThan(10);
  expect(workerpool.steps[0]).toMatchObject({ goroutine: 1, activity: "running" });

  const idleworker = of("idleworker");
  expect(ms(idleworker, "main.main", "running")).toBeGreaterThan(19.9);
  expect(ms(idleworker, "main.worker", "running") + ms(idleworker, "main.worker", "runnable")).toBeGreaterThan(10);
  expect(ms(idleworker, "main.worker", "waiting")).toBe(0);

  const semaphore = of("semaphore");
  expect(ms(semaphore, "main.main", "running")).toBeGreaterThan(29.9);
  expect(ms(semaphore, "main.semaphore.func1", "waiting")).toBeLessThan(41);

  const fanout = of("fanout");
  const work = fanout.parts.filter((part) => part.function !== "main.main" && part.activity === "running");
  expect(work.reduce((sum, part) => sum + part.total, 0) / 1e6).toBeGreaterThan(39.9);
  expect(ms(fanout, "main.main", "running")).toBeLessThan(1);
});
