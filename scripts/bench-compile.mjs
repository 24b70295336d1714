// Measures what hooks cost the compiler: the processor time of `go build` for a package of many small functions, plain and
// as `gotrace instrument` writes it. The two alternate; prints the fastest run of each, and their ratio.
//   npm run build && node scripts/bench-compile.mjs [FUNCTIONS [RUNS]]
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const gotrace = fileURLToPath(new URL("../dist/bin/main.js", import.meta.url));
const count = Number(process.argv[2] ?? 8000);
const runs = Number(process.argv[3] ?? 3);
const scratch = mkdtempSync(join(tmpdir(), "gotrace-compile-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const shapes = {
  "one-line functions": (n) => `func f${n}(a, b int) int { return a*${n} + b }\n`,
  "methods with branches": (n) => `func (t *T) M${n}(s []int) (r int, err error) {
	for _, v := range s {
		if v%2 == 0 {
			r += v
		} else if t.n > ${n} {
			return 0, errOdd
		}
	}
	return r, nil
}
`,
};

/** Processor time in seconds of go and its child processes to compile a package for the first time. */
function build(directory) {
  writeFileSync(join(directory, "stamp.go"), `package p\n\nconst stamp = "${process.hrtime.bigint()}"\n`);
  const text = execFileSync("sh", ["-c", "go build . && times"], { cwd: directory, encoding: "utf8" });
  const children = text.trim().split("\n").at(-1);
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + 60 * Number(m) + Number(s), 0);
}

for (const [title, shape] of Object.entries(shapes)) {
  const plain = join(scratch, title.replace(/ /g, "-"));
  const hooked = `${plain}-hooked`;
  mkdirSync(plain);
  writeFileSync(join(plain, "go.mod"), "module example.com/p\n\ngo 1.21\n");
  const head = 'package p\n\nimport "errors"\n\nvar errOdd = errors.New("odd")\n\ntype T struct{ n int }\n\n';
  writeFileSync(join(plain, "p.go"), head + Array.from({ length: count }, (_, n) => shape(n)).join("\n"));
  execFileSync(process.execPath, [gotrace, "instrument", "-o", hooked], { cwd: plain });
  const pairs = Array.from({ length: runs }, () => [build(plain), build(hooked)]);
  const [a, b] = [0, 1].map((side) => Math.min(...pairs.map((pair) => pair[side])));
  console.log(`${count} ${title}: ${a.toFixed(2)} s plain, ${b.toFixed(2)} s with hooks: ${(b / a).toFixed(2)} times`);
}
