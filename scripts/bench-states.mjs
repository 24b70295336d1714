// Measures the states of calls (--states).
//
//	npm run build && node scripts/bench-states.mjs [--runs 5] [--rounds 100000] [--join [--before DIR]]
//
// Recording: processor time of a program without any recording, with calls, with calls and states, with a ring, and with a ring
// beside which Go's flight recorder runs (Go 1.25 and later), relative to the first. The builds alternate, and the fastest run of each counts. Two programs: workers that hand work to each other after
// every few hundred calls, and the same that compute longer in between.
//
// Joining: how fast a report divides the calls of a saved trace into states, against a report of the same calls without states,
// and the memory that it takes; and the processor time of other commands that need the states of single calls. With --join only this.
// With --before, each against the build of another checkout, in turns.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    rounds: { type: "string", default: "100000" },
    join: { type: "boolean", default: false },
    before: { type: "string" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const gotrace = join(root, "dist/bin/main.js");
const scratch = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
const out = join(scratch, "out");

const program = `package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

func leaf(x int) int { return x*31 + 7 }

func inner(x int) int {
	s := 0
	for i := 0; i < 12; i++ {
		s += leaf(x + i)
	}
	return s
}

func handle(n, loop int) int {
	s := 0
	for i := 0; i < n; i++ {
		s += inner(i)
	}
	for i := 0; i < loop; i++ {
		s ^= i * 31
	}
	return s
}

func worker(in <-chan int, out chan<- int, loop int, w *sync.WaitGroup) {
	defer w.Done()
	for n := range in {
		out <- handle(n, loop)
	}
}

func main() {
	rounds, _ := strconv.Atoi(os.Args[1])
	size, _ := strconv.Atoi(os.Args[2])
	loop, _ := strconv.Atoi(os.Args[3])
	in, out := make(chan int), make(chan int)
	var w sync.WaitGroup
	for i := 0; i < 16; i++ {
		w.Add(1)
		go worker(in, out, loop, &w)
	}
	go func() {
		for i := 0; i < rounds; i++ {
			in <- size
		}
		close(in)
		w.Wait()
		close(out)
	}()
	s := 0
	for v := range out {
		s += v
	}
	fmt.Println(s)
}
`;

/** Processor seconds of a run, and the files that it wrote. */
function measure(binary, args, env) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  // Ticks of a hundredth of a second, of children that were waited for.
  const ticks = () => {
    const [user, system] = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ").slice(13, 15);
    return Number(user) + Number(system);
  };
  const before = ticks();
  const { status } = spawnSync(binary, args, { env: { ...process.env, ...env }, stdio: "ignore" });
  if (status !== 0) throw new Error(`${binary} ended with ${status}`);
  return (ticks() - before) / 100;
}

/** Runs a command of gotrace, or of another build. Returns its seconds of processor time and its memory, MiB. */
function run(args, main = gotrace) {
  const script = `
    process.argv.splice(1, 1, ${JSON.stringify(main)});
    process.on("exit", () => {
      const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
      require("node:fs").writeSync(2, "@@" + (userCPUTime + systemCPUTime) / 1e6 + " " + maxRSS / 1024);
    });
    import(${JSON.stringify(main)});`;
  const all = ["-e", script, "x", ...args, "-o", join(scratch, "report")];
  const { stderr } = spawnSync(process.execPath, all, { encoding: "utf8" });
  const [, seconds, memory] = /@@([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  if (seconds === undefined) throw new Error(stderr);
  return { seconds: Number(seconds), memory: Number(memory) };
}

/** Prints the processor time of commands, the fastest of some runs, and how often that is the one of the build before. */
function compareCommands(directory) {
  const before = values.before && join(values.before, "dist/bin/main.js");
  for (const args of [
    ["report"],
    ["report", "--html"],
    ["report", "--format", "perfetto"],
    ["requests", "--root", "handle"],
  ]) {
    let [now, then] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < Number(values.runs); round++) {
      now = Math.min(now, run([...args, directory]).seconds);
      if (before) then = Math.min(then, run([...args, directory], before).seconds);
    }
    const ratio = before ? `, before ${then.toFixed(2)} s: ${(then / now).toFixed(2)} times` : "";
    console.log(`  ${args.join(" ").padEnd(24)} ${now.toFixed(2)} s${ratio}`);
  }
}

try {
  writeFileSync(join(scratch, "go.mod"), "module example.com/bench\n\ngo 1.22\n");
  writeFileSync(join(scratch, "main.go"), program);
  const inModule = { cwd: scratch, stdio: "inherit" };
  execFileSync("go", ["build", "-o", "plain", "."], inModule);
  execFileSync(process.execPath, [gotrace, "build", "--states", "-o", "traced", "."], inModule);
  const [plain, traced] = ["plain", "traced"].map((name) => join(scratch, name));
  const variants = {
    "nothing recorded": [plain, {}],
    calls: [traced, { GOTRACE_OUT: out }],
    "calls and states": [traced, { GOTRACE_OUT: out, GOTRACE_STATES: "1" }],
    "a ring": [traced, { GOTRACE_OUT: out, GOTRACE_RING: "64MiB" }],
    "a ring and states": [traced, { GOTRACE_OUT: out, GOTRACE_RING: "64MiB", GOTRACE_STATES: "1" }],
  };
  const programs = [
    ["workers that hand over work after 130 calls", [values.rounds, "10", "0"]],
    ["the same, and they compute 100 µs in between", [String(values.rounds / 50), "10", "300000"]],
  ];
  for (const [what, args] of values.join ? [] : programs) {
    const best = {};
    for (let run = 0; run < Number(values.runs); run++) {
      for (const [name, [binary, env]] of Object.entries(variants)) {
        best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, measure(binary, args, env));
      }
    }
    const base = best["nothing recorded"];
    console.log(what);
    for (const [name, seconds] of Object.entries(best)) {
      console.log(`  ${name.padEnd(18)} ${seconds.toFixed(3)} s  ${(seconds / base).toFixed(2)}`);
    }
  }

  rmSync(out, { recursive: true, force: true });
  measure(traced, [String(values.rounds * 5), "10", "0"], { GOTRACE_OUT: out, GOTRACE_STATES: "1" });
  const files = readdirSync(out);
  const file = (ending) =>
    join(
      out,
      files.find((name) => name.endsWith(ending)),
    );
  const size = (path) => (statSync(path).size / 2 ** 20).toFixed(0);
  console.log(`joining ${size(file(".gotrace"))} MiB of calls and ${size(file(".trace"))} MiB of execution trace`);
  const events = Number(values.rounds) * 5 * 264;
  compareCommands(out);
  const joined = run(["report", out]);
  rmSync(file(".trace"));
  const alone = run(["report", out]);
  for (const [name, { seconds, memory }] of Object.entries({ "without states": alone, "with states": joined })) {
    const rate = (events / seconds / 1e6).toFixed(1);
    console.log(
      `  ${name.padEnd(18)} ${seconds.toFixed(2)} s, ${rate} million call events/s, ${memory.toFixed(0)} MiB`,
    );
  }
  console.log(`  ratio ${(joined.seconds / alone.seconds).toFixed(2)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
