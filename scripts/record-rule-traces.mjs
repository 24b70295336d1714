// Records testdata/rules/RULE/{fires,quiet}.trace.gz anew: for each rule, a program for which it must report a finding, and one
// for which it must not.
//
//	npm run rules [-- --only RULE] [--release go1.22.12] [--write] [--tries N]
//
// Without --write, it keeps nothing and only checks the rules on fresh traces. A busy machine can make any program look bad,
// so a recording with the wrong result is repeated.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { constants, gzipSync } from "node:zlib";
import { at, go } from "./lib-exectrace.mjs";
import "./typescript.mjs";

const { analyzeTrace } = await import("../src/rules/index.ts");

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    release: { type: "string", default: "local" },
    write: { type: "boolean", default: false },
    tries: { type: "string", default: "5" },
  },
});
const programs = at("testdata/rules");
const directory = mkdtempSync(join(tmpdir(), "gotrace-rules-"));
let wrong = 0;

try {
  for (const rule of readdirSync(programs).sort()) {
    if (!existsSync(join(programs, rule, "main.go")) || (values.only && values.only !== rule)) continue;
    const program = join(directory, rule);
    // Keeps paths of this machine out of the trace.
    go(values.release, ["build", "-trimpath", "-o", program, `./${rule}`], { cwd: programs });
    for (const version of ["fires", "quiet"]) if (!recordGood(rule, version, program)) wrong++;
  }
} finally {
  rmSync(directory, { recursive: true });
}
process.exitCode = wrong > 0 ? 1 : 0;

/** Records until the rule gives the expected result, or the tries are used up. */
function recordGood(rule, version, program) {
  for (let attempt = 1; attempt <= Number(values.tries); attempt++) {
    const trace = join(directory, "trace");
    execFileSync(program, [version, trace], { stdio: "inherit", timeout: 60_000 });
    const bytes = readFileSync(trace);
    const { findings } = analyzeTrace([bytes], { path: trace });
    const found = findings.filter((finding) => finding.rule === rule);
    if (found.length > 0 !== (version === "fires")) {
      console.log(`${rule} ${version}, attempt ${attempt}: ${found[0]?.message ?? "no finding"}`);
      continue;
    }
    const packed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
    if (values.write) writeFileSync(join(programs, rule, `${version}.trace.gz`), packed);
    const others = [...new Set(findings.map((finding) => finding.rule))].filter((name) => name !== rule);
    console.log(
      `${rule} ${version}: ${packed.length} bytes; ${found[0]?.message ?? "-"}; also ${others.join(", ") || "-"}`,
    );
    return true;
  }
  console.log(`${rule} ${version}: WRONG`);
  return false;
}
