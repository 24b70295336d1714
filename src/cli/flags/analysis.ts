/** Reads the flags of analyses of execution traces, and the configuration. */

import { resolve } from "node:path";
import { failOnLevels, settingsOf, severities } from "../../rules/index.js";
import type { AnalysisOptions, ReportOf } from "../analyze/analysis.js";
import { findingFormats, parseSink } from "../analyze/findings-output.js";
import { findConfig, readBaseline } from "../config/config.js";
import type { ParsedFlags } from "./parse.js";
import { partOf } from "./part.js";
import { choice, number } from "./values.js";

/** How to judge traces. @throws UserError when a flag or the configuration is invalid */
export function analysisOptions(flags: ParsedFlags): AnalysisOptions {
  const cwd = process.cwd();
  const { config, path, baseline } = findConfig(cwd, flags.string("config"));
  const known = flags.string("baseline") ?? baseline;
  return {
    ...settingsOf(config, path ?? "", flags.list("set"), flags.list("budget")),
    module: flags.string("module") ?? config.module,
    baseline: known === undefined ? new Set() : readBaseline(resolve(cwd, known)),
    part: partOf(flags),
    least: (flags.string("severity") ? choice(flags, "severity", severities) : config.severity) ?? "info",
    failOn: (flags.string("fail-on") ? choice(flags, "fail-on", failOnLevels) : config["fail-on"]) ?? "warn",
    top: number(flags, "top", config.top ?? Number.POSITIVE_INFINITY, 1),
  };
}

/** Where the report goes. @param reportFlag the flag that says it @throws UserError when a flag is invalid */
export function reportOf(flags: ParsedFlags, reportFlag: "o" | "report"): ReportOf {
  const file = flags.string(reportFlag);
  return {
    file,
    sinks: [
      { format: choice(flags, "format", findingFormats), file, flag: reportFlag === "o" ? "-o" : "--report" },
      ...flags.list("also").map(parseSink),
    ],
    baseline: flags.string("write-baseline"),
  };
}
