// How long it takes from the command `gotrace run` to the first line of the traced program's main, where nothing changed since
// the last run; beside it the plain binary, and the parts that such a start consists of. All in turn, medians.
//
//   node scripts/bench-start.mjs [ROUNDS [OTHER]]   OTHER is the main.js of another version, measured in the same rounds

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 11);
const other = process.argv[3];
const main = fileURLToPath(new URL("../dist/bin/main.js", import.meta.url));

const PROGRAM = `package main

import (
	"fmt"
	"time"
)

func main() {
	start := time.Now()
	work()
	fmt.Println("main", start.UnixMicro())
}

func work() {}
`;

const cwd = mkdtempSync(join(tmpdir(), "gotrace-start-"));
const plain = join(cwd, "plain");
const run = (command, args) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const now = () => performance.timeOrigin + performance.now();

/** Milliseconds until the program that a command runs is in its main. */
function toMain(command, args) {
  const start = now();
  const [, micros] = /^main (\d+)$/m.exec(run(command, args));
  return Number(micros) / 1000 - start;
}

/** Milliseconds of a whole command. */
function whole(command, args) {
  const start = now();
  run(command, args);
  return now() - start;
}

const started = (file) => () => toMain(process.execPath, [file, "run", "."]);
const measurements = {
  to_main_ms: started(main),
  ...(other === undefined ? {} : { other_to_main_ms: started(other) }),
  plain_to_main_ms: () => toMain(plain, []),
  node_ms: () => whole(process.execPath, ["-e", "0"]),
  help_ms: () => whole(process.execPath, [main, "--help"]),
  go_env_ms: () => whole("go", ["env", "-json", "GOMOD"]),
  go_build_ms: () => whole("go", ["build", "-o", plain, "."]),
};

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

try {
  writeFileSync(join(cwd, "go.mod"), "module start\n\ngo 1.21\n");
  writeFileSync(join(cwd, "main.go"), PROGRAM);
  run("go", ["build", "-o", plain, "."]);
  const measured = Object.fromEntries(Object.keys(measurements).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measurements)) {
      const value = measure();
      // The first one warms the caches.
      if (round >= 0) measured[name].push(value);
    }
  }
  const ratios = (name) => measured.to_main_ms.map((value, round) => value / measured[name][round]);
  const ratio = other === undefined ? {} : { ratio_to_other: Number(median(ratios("other_to_main_ms")).toFixed(3)) };
  const medians = Object.entries(measured).map(([name, values]) => [name, Number(median(values).toFixed(1))]);
  console.log(JSON.stringify({ ...ratio, ...Object.fromEntries(medians) }));
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
