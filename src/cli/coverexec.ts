/**
 * The `-toolexec` program of coverage builds (see gotool/cover.ts): `node coverexec.js PLAN TOOL ARGS…`. Runs go's cover
 * tool on files with markers and turns the markers in its output into hooks.
 */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { CoverPlan } from "../gotool/cover.js";
import { expandMarkers } from "../instrument/markers.js";

const [planPath, tool, ...args] = process.argv.slice(2) as [string, string, ...string[]];
const plan = JSON.parse(readFileSync(planPath, "utf8")) as CoverPlan;
const replaced = args.filter((arg) => plan.markers[arg] !== undefined);
const actual = args.map((arg) => plan.markers[arg] ?? arg);
const result = spawnSync(tool, actual, { stdio: "inherit" });
if (result.status !== 0) process.exit(result.status ?? 1);

// The first file of the list is the tool's own declarations; the others are the input files in their order.
const list = args[args.indexOf("-outfilelist") + 1];
if (args.includes("-outfilelist") && list !== undefined && replaced.length > 0) {
  for (const output of readFileSync(list, "utf8").split("\n").filter(Boolean)) {
    let text = readFileSync(output, "utf8");
    for (const file of replaced) text = text.replaceAll(plan.markers[file]!, file);
    writeFileSync(output, expandMarkers(text));
  }
}
