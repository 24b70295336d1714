// Measures the memory that reports of a fleet take: by the number of traces in a directory, each of a small process of one
// binary with 200 functions.
//
//	npm run bench:fleet [-- --traces 500,5000,16000] [--before CHECKOUT] [--keep DIRECTORY]
//
// Prints the peak of resident memory for each report, and what a process adds to it. With --before, also those of another
// checkout, which has to be built. --keep writes the traces to a directory and leaves them there.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { xorshift } from "./lib-calltrace.mjs";
import "./typescript.mjs";

const { TraceWriter } = await import("../test/support/calltrace/writer.ts");

const { values } = parseArgs({
  options: {
    traces: { type: "string", default: "500,5000,16000" },
    before: { type: "string" },
    keep: { type: "string" },
  },
});
const counts = values.traces.split(",").map(Number);
const here = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "gotrace-fleet-"));
const REPORTS = [["report"], ["report", "--format", "json"], ["stats"], ["requests"]];

try {
  const all = values.keep === undefined ? join(scratch, "all") : resolve(values.keep);
  mkdirSync(all, { recursive: true });
  for (let pid = 1; pid <= Math.max(...counts); pid++) writeFileSync(join(all, name(pid)), processTrace(pid));
  for (const count of counts) {
    mkdirSync(join(scratch, `${count}`));
    for (let pid = 1; pid <= count; pid++) symlinkSync(join(all, name(pid)), join(scratch, `${count}`, name(pid)));
  }
  console.log(`| command | ${counts.map((count) => `${count} traces`).join(" | ")} | a process |`);
  console.log(`| --- | ${counts.map(() => "---: | ").join("")}---: |`);
  const checkouts = values.before === undefined ? [here] : [resolve(values.before), here];
  for (const words of REPORTS) {
    for (const checkout of checkouts) console.log(line(words, checkout));
  }
} finally {
  rmSync(scratch, { recursive: true });
}

function line(words, checkout) {
  const peaks = counts.map((count) => peak(words, checkout, join(scratch, `${count}`)));
  const each = (peaks.at(-1) - peaks[0]) / (counts.at(-1) - counts[0]);
  const which = values.before !== undefined && checkout !== here ? ", before" : "";
  return `| ${words.join(" ")}${which} | ${peaks.map((peak) => `${Math.round(peak / 1024)} MiB | `).join("")}${each.toFixed(1)} KiB |`;
}

/** The peak of resident memory, KiB, of a report that is written to /dev/null. */
function peak(words, checkout, directory) {
  const tell = `import { writeSync } from "node:fs";
    process.on("exit", () => writeSync(2, "USED " + process.resourceUsage().maxRSS + "\\n"));`;
  const started = ["--import", `data:text/javascript,${encodeURIComponent(tell)}`, join(checkout, "dist/bin/main.js")];
  const { status, stderr } = spawnSync(process.execPath, [...started, ...words, directory], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const used = /USED (\d+)/.exec(stderr);
  if (status !== 0 || used === null) throw new Error(`${words.join(" ")}: ${stderr}`);
  return Number(used[1]);
}

function name(pid) {
  return `${pid}-1.gotrace`;
}

/** The trace of a process that serves twenty requests, each on a goroutine of a server that is not traced. */
function processTrace(pid) {
  const random = xorshift(pid);
  const trace = new TraceWriter({
    capacity: 1 << 16,
    chunkMin: 4096,
    header: {
      numbers: {
        pid: BigInt(pid),
        ppid: 1n,
        startWall: BigInt(pid) * 1_000_000_000n + (1_700_000_000n << 30n),
        exit: 1n,
      },
      strings: {
        goVersion: "go1.26.1",
        platform: "linux/amd64",
        executable: "/srv/app/bin/server",
        directory: `/srv/app/work/${pid}`,
      },
    },
  });
  // Ids are given in the order of first use, which is another one in each process.
  const functions = Array.from({ length: 200 }, (_, i) => i);
  for (let i = functions.length - 1; i > 0; i--) {
    const other = random() % (i + 1);
    [functions[i], functions[other]] = [functions[other], functions[i]];
  }
  const ids = new Map(
    functions.map((i) => {
      const owner = `example.com/shop/internal/package${i % 13}`;
      return [
        i,
        trace.define("function", `${owner}.(*Service${i % 7}).Method${i}`, `/src/${owner}/file${i % 29}.go`, i),
      ];
    }),
  );
  const main = trace.slot(0);
  main.begin(1000, 1);
  main.enter(1000, ids.get(0));
  let time = 1000;
  for (let request = 0; request < 20; request++) {
    const slot = trace.slot(1 + (request % 3));
    time += 1000 + (random() % 5000);
    slot.begin(time, 10 + request, 1);
    const depth = 4 + (random() % 6);
    for (let level = 0; level < depth; level++) {
      time += random() % 3000;
      slot.enter(time, ids.get(1 + (((request % 5) * 11 + level * 17 + (random() % 3)) % 199)));
    }
    for (let level = 0; level < depth; level++) {
      time += random() % 3000;
      slot.exit(time);
    }
  }
  main.exit(time + 1000);
  return trace.finish();
}
