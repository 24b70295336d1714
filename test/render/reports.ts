/** Reports full of characters that formats must escape, for tests of renderers. */

import type { Locate } from "../../src/base/locate.js";
import type { Frame } from "../../src/exectrace/index.js";
import type { Finding, TraceReport } from "../../src/rules/finding.js";

export const nasty = "main.(*Map[go.shape.struct { A <&\"'> ]]>; B `|`, %0A::x }]).Put";

export function frame(name: string, file: string, line: number): Frame {
  return { pc: line, function: name, file, line };
}

/** The repository of these reports is /src/shop. */
export const locate: Locate = ({ file, line }) =>
  file.startsWith("/src/shop/") ? { path: file.slice("/src/shop/".length), line } : undefined;

const site = frame(nasty, "/src/shop/store/a file,#1:é.go", 42);

export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    rule: "MutexContention",
    severity: "error",
    title: "Lock contention",
    message: `15 goroutines blocked in ${nasty}: 45ms on average, 100% of it, worst 61ms`,
    suggestion: "Shorten what happens under the lock, or shard it.",
    docs: "gotrace explain MutexContention",
    time: 1_500_000,
    goroutine: 21,
    goroutineFunction: "main.worker",
    stack: [frame("sync.(*Mutex).Lock", "/usr/local/go/src/sync/mutex.go", 46), site],
    waker: {
      goroutine: 7,
      function: "main.refill",
      stack: [frame("main.refill", "/src/shop/store/refill.go", 9)],
    },
    site,
    count: 15,
    worst: 61_000_000,
    total: 675_000_000,
    unit: "ns",
    duration: 61_000_000,
    atLeast: false,
    fingerprint: "9f86d081884c7d65",
    ...changes,
  };
}

export function report(changes: Partial<TraceReport> = {}): TraceReport {
  return {
    path: "traces/bench.trace",
    bytes: 123_456,
    goVersion: "1.26",
    start: 1_790_000_000_123_456_789n,
    duration: 2_000_000_000,
    events: 45_678,
    goroutines: 318,
    gomaxprocs: 4,
    findings: [finding()],
    suppressed: 0,
    hidden: 0,
    budgets: [],
    ...changes,
  };
}
