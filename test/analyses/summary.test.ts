import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Breakdown,
  CriticalPathFinder,
  Intervals,
  type LocateTarget,
  Locator,
  logMatches,
  Summarizer,
  type TraceSummary,
} from "../../src/analyses/index.js";
import { EventKind, MetricName } from "../../src/exectrace/index.js";
import { feedAll, readerOf, traceNames } from "./traces.js";

function summarize(name: string, target?: LocateTarget): TraceSummary {
  let selection: ReturnType<Locator["result"]>;
  if (target) {
    const reader = readerOf(name);
    const locator = new Locator(reader, target);
    feedAll(reader, (e) => locator.feed(e));
    locator.finish();
    selection = locator.result();
    expect(selection).toBeDefined();
  }
  const reader = readerOf(name);
  const summarizer = new Summarizer(reader, selection);
  feedAll(reader, (e) => summarizer.feed(e));
  return summarizer.finish();
}

function sumOf(b: Breakdown): number {
  const waits = Object.values(b.waiting).reduce((sum, ns) => sum + ns, 0);
  return b.running + b.gcAssist + b.runnable + b.syscall + b.syscallBlocked + waits;
}

test.each(traceNames)("%s: sums over groups, places, states and Ps agree", (name) => {
  const summary = summarize(name);
  const { goroutines, blocking, states, procs, scheduling } = summary;
  const own = goroutines.filter((group) => !group.system);
  const waitsOf = (groups: typeof goroutines) =>
    groups.flatMap(({ breakdown }) => Object.values(breakdown.waiting)).reduce((a, b) => a + b, 0);
  const runningOf = (groups: typeof goroutines) =>
    groups.reduce((sum, { breakdown: b }) => sum + b.running + b.gcAssist, 0);
  const syscalls = goroutines.map(({ breakdown: b }) => b.syscall + b.syscallBlocked).reduce((a, b) => a + b, 0);
  // Until a goroutine's first stack, it is not known whether the goroutine belongs to the runtime.
  expect(blocking.total).toBeGreaterThanOrEqual(waitsOf(own) + syscalls);
  expect(blocking.total).toBeLessThanOrEqual(waitsOf(goroutines) + syscalls);
  expect(states.reduce((sum, state) => sum + state.of.total, 0)).toBe(
    own.reduce((sum, group) => sum + group.breakdown.total, 0),
  );
  for (const { breakdown } of [...goroutines, ...summary.tasks, ...summary.regions]) {
    expect(sumOf(breakdown)).toBe(breakdown.total);
  }
  expect(procs.running).toBeGreaterThanOrEqual(runningOf(own));
  expect(procs.running + procs.system).toBe(runningOf(goroutines));
  expect(procs.running + procs.system + procs.syscall).toBeLessThanOrEqual(procs.capacity * 1.01);
  expect(procs.concurrency.reduce((a, b) => a + b, 0)).toBe(summary.duration);
  const runnable = goroutines.reduce((sum, group) => sum + group.breakdown.runnable, 0);
  expect(scheduling.latency.total).toBeLessThanOrEqual(runnable);
  for (const { waiters, waits: w } of blocking.sites) expect(waiters).toBeLessThanOrEqual(w.count);
});

test("what the agent took a snapshot for is in the summary", () => {
  // By a program with the agent of `gotrace agent`, Go 1.26: a number above its limit, then a slow request.
  expect(summarize("../agent/slow").triggers).toEqual([
    { time: 2_000_302_400, by: "sentinel", message: "queue 8 is above 7" },
    {
      time: 3_021_298_688,
      by: "slow",
      message: "GET /items/{id} took 20.478ms, limit 10ms",
      task: 1,
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    },
  ]);
});

const withTasks = traceNames.filter((name) => !name.includes("flight"));

test.each(withTasks)("%s: tasks with their children, regions and logs", (name) => {
  const summary = summarize(name);
  const [round, worker] = ["round", "worker"].map((type) => summary.tasks.find((task) => task.type === type)!);
  // Each round waits for its workers, which also work on its task.
  expect(round.breakdown.total).toBeGreaterThan(worker.breakdown.total);
  expect(round.goroutines.min).toBeGreaterThan(worker.goroutines.max);
  // Only the worker works on its own task.
  expect(worker.goroutines.max).toBe(1);
  expect(worker.breakdown.total).toBe(worker.durations.total);
  for (const region of summary.regions) expect(region.breakdown.total).toBe(region.durations.total);
  const steps = summary.regions.find((region) => region.type === "step")!;
  expect(summary.logs.find((log) => log.category === "job")!.count).toBe(steps.durations.count);
});

test.each(withTasks)("%s: the longest task of a type, alone", (name) => {
  const whole = summarize(name).tasks.find((task) => task.type === "round")!;
  const { selection, selected, criticalPath, goroutines } = summarize(name, { kind: "task type", type: "round" });
  expect(selected).toHaveLength(1);
  const [task] = selected;
  expect(task.id).toBe(whole.longest.task);
  expect([selection!.begin, selection!.end]).toEqual([whole.longest.begin, whole.longest.end]);
  expect(task.goroutines.length).toBe(selection!.goroutines.length);
  expect(task.children.map((child) => child.type)).toEqual(["worker"]);
  expect(task.regions.map((region) => region.type).sort()).toEqual(["inner", "network", "pipe", "step"]);
  expect(criticalPath!.begin).toBe(task.begin);
  expect(criticalPath!.end).toBe(task.end);
  for (const group of goroutines) expect(group.lifetime.max).toBeLessThanOrEqual(task.end - task.begin);
});

test.each(withTasks)("%s: the request that a log names", (name) => {
  const { selected, selection } = summarize(name, { kind: "log", filter: "job=job 1" });
  expect(selected.length).toBeGreaterThan(0);
  for (const task of selected) {
    expect(task.type).toBe("worker");
    expect(selection!.goroutines).toEqual(expect.arrayContaining([...task.goroutines]));
    expect(task.logs.every((log) => log.category === "job")).toBe(true);
  }
});

test.each(traceNames)("%s: GOMAXPROCS as the runtime told it", (name) => {
  let most = 0;
  feedAll(readerOf(name), (e) => {
    if (e.kind === EventKind.Metric && e.name === MetricName.gomaxprocs) most = Math.max(most, e.value);
  });
  expect(summarize(name).procs.gomaxprocs).toBe(most);
});

test("which logs a filter means", () => {
  expect(logMatches("abc", "trace", "abc")).toBe(true);
  expect(logMatches("trace=abc", "trace", "abc")).toBe(true);
  expect(logMatches("trace=abc", "", "id=1 trace=abc, x")).toBe(true);
  expect(logMatches("abc", "", "user abc logged in")).toBe(true);
  expect(logMatches("abc", "", "abcd")).toBe(false);
  expect(logMatches("trace=abc", "span", "abc")).toBe(false);
  expect(logMatches("trace=abc", "trace", "abcd")).toBe(false);
});

test.each(traceNames)("%s: critical paths have no gaps, whatever goroutine and span", (name) => {
  const duration = summarize(name).duration;
  const lives: { id: number; begin: number; end: number }[] = [];
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  intervals.onGoroutineEnd(({ id, begin, end }) => lives.push({ id, begin, end }));
  feedAll(reader, (e) => intervals.feed(e));
  intervals.finish();
  fc.assert(
    fc.property(fc.nat(lives.length - 1), fc.nat(duration), fc.nat(duration), (n, a, b) => {
      const { id, begin, end } = lives[n];
      const span = { begin: Math.max(0, Math.min(a, b)), end: Math.max(a, b) };
      const again = readerOf(name);
      const events = new Intervals(again);
      const finder = new CriticalPathFinder(events, { goroutine: id, ...span });
      feedAll(again, (e) => {
        finder.feed(e);
        events.feed(e);
      });
      finder.finish();
      const path = finder.result(again.stacks);
      if (span.end <= begin || span.end > end || span.end === span.begin) return;
      // A goroutine from before the trace is unknown until an event mentions it.
      if (begin === 0 && path.steps.length === 0) return;
      expect(path.end).toBe(span.end);
      expect(path.begin).toBeGreaterThanOrEqual(span.begin);
      let last = path.begin;
      for (const step of path.steps) {
        expect(step.begin).toBe(last);
        expect(step.end).toBeGreaterThan(step.begin);
        last = step.end;
      }
      expect(last).toBe(path.end);
      expect(path.parts.reduce((sum, part) => sum + part.total, 0)).toBe(path.end - path.begin);
    }),
    { numRuns: 10 },
  );
});
