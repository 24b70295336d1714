// What the agent of `gotrace agent` costs: the middleware, the sentinel and the flight recorder (templates/agent/bench_test.go).
//
//	node scripts/bench-agent.mjs [--rounds 5] [--go go1.25.9]
//
// The benchmarks alternate, and the fastest round of each counts.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" }, go: { type: "string" } } });
const cwd = fileURLToPath(new URL("../templates/agent", import.meta.url));
// The module's go.mod is old for users of old releases; the ServeMux is to be that of new ones.
const env = { ...process.env, GODEBUG: "httpmuxgo121=0", ...(values.go ? { GOTOOLCHAIN: values.go } : {}) };
const run = (command, args) =>
  execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const scratch = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
try {
  const binary = join(scratch, "agent.test");
  run("go", ["test", "-c", "-o", binary, "."]);
  /** Nanoseconds of one operation in the fastest round, by benchmark. */
  const best = new Map();
  for (let round = 0; round < Number(values.rounds); round++) {
    const output = run(binary, ["-test.run=^$", "-test.bench=.", "-test.benchtime=0.5s"]);
    for (const [, name, time] of output.matchAll(/^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op/gm)) {
      best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, Number(time)));
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
  const added = (name, base) => `${(time(name) - time(base)).toFixed(0)} ns`;
  console.log(
    `middleware: a request to a ServeMux takes ${ns("Middleware/bare")}; ${added("Middleware/off", "Middleware/bare")} more while nothing is traced, ` +
      `${added("Middleware/traced", "Middleware/traced-bare")} more while it is (its task, trace id and route)`,
  );
  console.log(
    `region: ${time("Region/off").toFixed(1)} ns while nothing is traced, ${ns("Region/traced")} while it is`,
  );
  // There is a reading each second (sentinelEvery in limits.go).
  console.log(`sentinel: ${ns("Sentinel")} a reading, ${(time("Sentinel") / 1e7).toFixed(4)} % of a core`);
  for (const work of ["nothing", "work"]) {
    const [plain, recorded] = [time(`Server/plain/${work}`), best.get(`Server/recorded/${work}`)];
    const cost =
      recorded === undefined
        ? "no flight recorder here"
        : `${((1 - plain / recorded) * 100).toFixed(1)} % of throughput`;
    console.log(
      `flight recorder, handler ${work}: ${cost}; a request takes ${(plain / 1000).toFixed(0)} µs without it`,
    );
  }
}
