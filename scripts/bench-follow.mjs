// Measures how soon the tree is there after a program's end, for one that gotrace follows: against `gotrace report`, which
// reads the same trace from its beginning.
// node scripts/bench-follow.mjs [--seconds N] [--pause DURATION]…   (default: 20 s, pauses of 1 ms and none)
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "20" },
    pause: { type: "string", multiple: true, default: ["1ms", "0"] },
  },
});
const main = fileURLToPath(new URL("../dist/bin/gotrace.cjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "gotrace-follow-"));
const env = { ...process.env, GOTRACE_CACHE: join(scratch, "cache"), GOTRACE_KEEP_SIZE: "64GiB" };

/** Calls functions in batches, with a pause after each, and says when it ends. */
const PROGRAM = `package main

import (
	"fmt"
	"os"
	"time"
)

//go:noinline
func leaf(n int) int { return n + 1 }

//go:noinline
func step(n int) (sum int) {
	for i := 0; i < 4; i++ {
		sum += leaf(n + i)
	}
	return sum
}

func work(end time.Time, pause time.Duration) (sum int) {
	for time.Now().Before(end) {
		for i := 0; i < 1000; i++ {
			sum += step(i)
		}
		if pause > 0 {
			time.Sleep(pause)
		}
	}
	return sum
}

func main() {
	length, _ := time.ParseDuration(os.Args[1])
	pause, _ := time.ParseDuration(os.Args[2])
	done := make(chan int)
	go func() { done <- work(time.Now().Add(length), pause) }()
	fmt.Fprintln(os.Stderr, "sum", <-done)
	fmt.Fprintln(os.Stderr, "end", time.Now().UnixMilli())
}
`;

/** The most memory that a process has had so far, KiB; undefined where the system does not tell. */
function peakOf(pid) {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return peak === undefined ? undefined : Number(peak);
  } catch {
    return undefined;
  }
}

/** Runs the program. @returns what it printed, when its tree began to appear, and the memory of gotrace */
function run(cwd, args) {
  const child = spawn(process.execPath, [main, "run", "-v", "--max-trace-size", "64GiB", ".", ...args], { cwd, env });
  let [stderr, stdout, first, peak] = ["", "", 0, 0];
  const timer = setInterval(() => {
    peak = peakOf(child.pid) ?? peak;
  }, 20);
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  child.stdout.on("data", (data) => {
    first ||= Date.now();
    stdout += data;
  });
  return new Promise((resolve) => {
    child.on("close", () => {
      clearInterval(timer);
      resolve({ stderr, stdout, first, peak });
    });
  });
}

const newest = (directory) => join(directory, readdirSync(directory).sort().at(-1));

try {
  const cwd = join(scratch, "program");
  mkdirSync(cwd);
  writeFileSync(join(cwd, "go.mod"), "module follow\n\ngo 1.21\n");
  writeFileSync(join(cwd, "main.go"), PROGRAM);
  await run(cwd, ["10ms", "0"]);
  for (const pause of values.pause) {
    const { stderr, stdout, first, peak } = await run(cwd, [`${values.seconds}s`, pause]);
    const trace = readdirSync(newest(join(env.GOTRACE_CACHE, "last"))).find((name) => name.endsWith(".gotrace"));
    const { size } = statSync(join(newest(join(env.GOTRACE_CACHE, "last")), trace));
    const before = performance.now();
    const report = spawnSync(process.execPath, [main, "report"], { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
    const whole = performance.now() - before;
    const events = Number(/([\d,]+) events/.exec(stdout)[1].replaceAll(",", ""));
    const ended = Number(/^end (\d+)/m.exec(stderr)[1]);
    if (report.stdout !== stdout) throw new Error("the tree of the run is not that of its trace");
    console.log(
      JSON.stringify({
        pause,
        ...{ seconds: Number(values.seconds), million_events: Math.round(events / 1e6) },
        million_events_a_second: Number((events / 1e6 / values.seconds).toFixed(1)),
        followed: stderr.includes("was followed"),
        end_to_tree_ms: first - ended,
        report_ms: Math.round(whole),
        times_sooner: Number((whole / (first - ended)).toFixed(1)),
        gotrace_rss_mib: Math.round(peak / 1024),
        trace_mib: Math.round(size / 2 ** 20),
      }),
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
