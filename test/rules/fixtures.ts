/** The recordings of testdata/rules. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { type AnalyzeOptions, analyzeTrace, type TraceReport } from "../../src/rules/index.js";

export const folder = resolve(import.meta.dirname, "../../testdata/rules");

/** The bytes of a recording. */
export function recording(rule: string, version: "fires" | "quiet"): Uint8Array {
  return gunzipSync(readFileSync(resolve(folder, rule, `${version}.trace.gz`)));
}

export function analyze(rule: string, version: "fires" | "quiet", options: Partial<AnalyzeOptions> = {}): TraceReport {
  return analyzeTrace([recording(rule, version)], { path: `${rule}.trace`, ...options });
}
