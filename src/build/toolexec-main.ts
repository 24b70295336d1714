/**
 * The `-toolexec` program (see gotool/toolexec.ts), run by go as `node toolexec.js PLAN TOOL ARGS…`. It runs the tool with
 * other files than go passes, and corrects its output.
 */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { ToolPlan } from "../gotool/toolexec.js";
import { expandMarkers } from "../instrument/markers.js";

const [planPath, tool, ...args] = process.argv.slice(2) as [string, string, ...string[]];
const plan = JSON.parse(readFileSync(planPath, "utf8")) as ToolPlan;

/** The value of one of the tool's flags, written as one word or two. */
function flagOf(name: string): string | undefined {
  const at = args.indexOf(name);
  return at >= 0 ? args[at + 1] : args.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Runs the tool; if it fails, exits with its exit code. */
function runTool(words: readonly string[]): void {
  const [program, ...rest] = [...plan.through, tool, ...words] as [string, ...string[]];
  const { status, error } = spawnSync(program, rest, { stdio: "inherit" });
  if (error) process.stderr.write(`${program}: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Gives the cover tool files with markers, and turns the markers in its output into hooks. */
function cover(): void {
  const replaced = args.filter((arg) => plan.markers[arg] !== undefined);
  runTool(args.map((arg) => plan.markers[arg]?.path ?? arg));
  if (replaced.length === 0) return;
  // With a list, its first file is the tool's own declarations, the others are the input files in their order. Without
  // (GOEXPERIMENT=nocoverageredesign, up to Go 1.24) there is one file.
  const list = flagOf("-outfilelist");
  const outputs = list === undefined ? [flagOf("-o") ?? ""] : readFileSync(list, "utf8").split("\n");
  for (const output of outputs.filter(Boolean)) {
    let text = readFileSync(output, "utf8");
    for (const file of replaced) {
      const { path, name } = plan.markers[file];
      text = text.replaceAll(path, file);
      if (name !== undefined) text = expandMarkers(text, name);
    }
    writeFileSync(output, text);
  }
}

/** Gives vet the package as the user wrote it, by editing cmd/go's vetConfig. */
function vet(): void {
  const path = args.at(-1);
  if (path?.endsWith(".cfg")) {
    const config = JSON.parse(readFileSync(path, "utf8")) as { GoFiles?: string[] };
    const files = config.GoFiles?.filter((file) => !plan.added.includes(file));
    writeFileSync(path, JSON.stringify({ ...config, GoFiles: files?.map((file) => plan.originals[file] ?? file) }));
  }
  runTool(args);
}

/** Embeds the user's own files: edits cmd/go's embedcfg, whose `Files` maps each embedded name to a path. */
function compile(): void {
  const path = flagOf("-embedcfg");
  if (path !== undefined) {
    const config = JSON.parse(readFileSync(path, "utf8")) as { Files?: Record<string, string> };
    const files = Object.entries(config.Files ?? {}).map(([name, file]) => [name, plan.originals[file] ?? file]);
    writeFileSync(path, JSON.stringify({ ...config, Files: Object.fromEntries(files) }));
  }
  runTool(args);
}

const works: Readonly<Record<string, () => void>> = { cover, vet, compile };
const work = works[basename(tool).replace(/\.exe$/, "")];
if (work === undefined) runTool(args);
else work();
