// npm run bench: measures all figures of the table in docs/cost.md. Ratios compare measurements of the same run. If a
// measurement fails, the others still run, and the exit code is not 0.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Runs a measurement and prints its result; if it fails, prints the error and continues. */
function section(title, measure) {
  console.log(`\n${title}`);
  try {
    console.log(measure().trim());
  } catch (error) {
    if (error.stdout) console.log(error.stdout.trim());
    console.log(`FAILED: ${error.message}`);
    process.exitCode = 1;
  }
}

const scratch = mkdtempSync(join(tmpdir(), "gotrace-bench-"));
try {
  section(
    "runtime: cost of a call against two raw time-stamp reads, bytes an event (runtime-go/internal/bench)",
    () => {
      const bench = join(scratch, "bench");
      run("go", ["build", "-o", bench, "./internal/bench"], join(root, "runtime-go"));
      return run(bench, [scratch]);
    },
  );
  section("what tracing adds to times, and whether the bound that reports give holds (scripts/bench-hook.mjs)", () =>
    run(process.execPath, ["scripts/bench-hook.mjs"]),
  );
  section("decoding: merged call tree of a generated trace of 256 MiB (scripts/bench-decode.mjs)", () =>
    run(process.execPath, ["scripts/bench-decode.mjs"]),
  );
  section("following: from a program's end to its tree, against reading its trace (scripts/bench-follow.mjs)", () =>
    run(process.execPath, ["scripts/bench-follow.mjs"]),
  );
  section("rewriting: against parsing alone (scripts/bench-rewrite.mjs)", () =>
    run(process.execPath, ["scripts/bench-rewrite.mjs"]),
  );
  section("compiling: many small functions with hooks against without (scripts/bench-compile.mjs)", () =>
    run(process.execPath, ["scripts/bench-compile.mjs"]),
  );
  section("warm gotrace run against warm go run (scripts/bench-warm.mjs)", () =>
    run(process.execPath, ["scripts/bench-warm.mjs"]),
  );
  section("start: from the command to the traced program's main, and its parts (scripts/bench-start.mjs)", () =>
    run(process.execPath, ["scripts/bench-start.mjs"]),
  );
  section("states: what recording them costs, and joining them with calls (scripts/bench-states.mjs)", () =>
    run(process.execPath, ["scripts/bench-states.mjs"]),
  );
  section("agent: middleware, sentinel and flight recorder (scripts/bench-agent.mjs)", () =>
    run(process.execPath, ["scripts/bench-agent.mjs"]),
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
