// What the agent of `gotrace agent` costs: the middleware, the sentinel and the flight recorder (templates/agent/bench_test.go).
//
//	node scripts/bench-agent.mjs [--rounds 5] [--go go1.25.9]
//
// The benchmarks alternate, and the best round of each counts. Servers are compared by processor time (on Linux): at full
// load, throughput is its inverse, and other processes do not disturb it as they do the clock. Client and server are one
// process, so the figures are for both.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "./typescript.mjs";

const { childrenTime } = await import("../src/gotool/cputime.ts");

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" }, go: { type: "string" } } });
const cwd = fileURLToPath(new URL("../templates/agent", import.meta.url));
// The module's go.mod is old for users of old releases; the ServeMux is to be that of new ones.
const env = { ...process.env, GODEBUG: "httpmuxgo121=0", ...(values.go ? { GOTOOLCHAIN: values.go } : {}) };
const run = (command, args) =>
  execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Handlers of BenchmarkServer, and how many requests take about a second. */
const SERVERS = { nothing: 20_000, work: 8_000 };

const scratch = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
try {
  const binary = join(scratch, "agent.test");
  run("go", ["test", "-c", "-o", binary, "."]);
  /** Nanoseconds of one operation in the best round, by benchmark. */
  const best = new Map();
  const note = (name, time) => best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, time));
  for (let round = 0; round < Number(values.rounds); round++) {
    const output = run(binary, [
      "-test.run=^$",
      "-test.bench=^Benchmark(Middleware|Region|Sentinel)$",
      "-test.benchtime=0.3s",
    ]);
    for (const [, name, time] of output.matchAll(/^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op/gm)) {
      note(name, Number(time));
    }
    for (const [work, requests] of Object.entries(SERVERS)) {
      for (const way of ["plain", "recorded"]) {
        const began = childrenTime();
        const output = run(binary, [
          "-test.run=^$",
          `-test.bench=^BenchmarkServer$/^${way}$/^${work}$`,
          `-test.benchtime=${requests}x`,
        ]);
        // Before Go 1.25 there is no flight recorder, and the benchmark is skipped.
        if (output.includes("ns/op")) note(`Server/${way}/${work}`, ((childrenTime() - began) * 1e6) / requests);
      }
    }
  }
  report(best);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function report(best) {
  const time = (name) => {
    const found = best.get(name);
    if (found === undefined) throw new Error(`there is no benchmark ${name}`);
    return found;
  };
  const ns = (name) => `${time(name).toFixed(0)} ns`;
  const added = (name, base) => time(name) - time(base);
  console.log(
    `middleware: ${added("Middleware/off", "Middleware/bare").toFixed(1)} ns a request while nothing is traced, ` +
      `${added("Middleware/traced", "Middleware/traced-bare").toFixed(0)} ns while it is (its route, task and trace id)`,
  );
  console.log(
    `region: ${time("Region/off").toFixed(1)} ns while nothing is traced, ${ns("Region/traced")} while it is`,
  );
  // There is a reading each second (sentinelEvery in limits.go).
  console.log(`sentinel: ${ns("Sentinel")} a reading, ${(time("Sentinel") / 1e7).toFixed(4)} % of a core`);
  for (const work of best.has("Server/recorded/work") ? Object.keys(SERVERS) : []) {
    const [plain, recorded] = [time(`Server/plain/${work}`), time(`Server/recorded/${work}`)];
    console.log(
      `flight recorder, handler ${work}: ${((1 - plain / recorded) * 100).toFixed(1)} % of throughput; ` +
        `a request takes ${(plain / 1000).toFixed(0)} µs of processor time without it`,
    );
  }
}
