// Compares warm `gotrace run` with warm `go run` on a small program. The two alternate; prints medians and their ratio.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cwd = `${root}/testdata/wordcount`;
const runs = Number(process.argv[2] ?? 11);

function time(command, args) {
  const start = process.hrtime.bigint();
  execFileSync(command, args, { cwd, stdio: "ignore" });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const plain = () => time("go", ["run", "."]);
const traced = () => time(process.execPath, [`${root}/dist/bin/main.js`, "run", "."]);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

for (let i = 0; i < 2; i++) {
  plain();
  traced();
}
const pairs = Array.from({ length: runs }, () => [plain(), traced()]);
const node = Array.from({ length: runs }, () => time(process.execPath, ["-e", "0"]));
console.log(
  JSON.stringify({
    go_run_ms: Math.round(median(pairs.map(([a]) => a))),
    gotrace_run_ms: Math.round(median(pairs.map(([, b]) => b))),
    node_start_ms: Math.round(median(node)),
    ratio: Number(median(pairs.map(([a, b]) => b / a)).toFixed(2)),
  }),
);
