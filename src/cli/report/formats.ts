/** The list of report formats for call traces. The code of each is loaded only when it is used. */

import { ExitCode, UserError } from "../../base/errors.js";
import { type CheckFormat, checkFormats } from "../options.js";
import type { Format } from "./format.js";

/** All formats, the default first. */
export const formats: readonly Format[] = [
  {
    name: "tree",
    forPeople: true,
    fromTrees: true,
    showsBlame: true,
    carriesNotices: true,
    unmerged: true,
    flags: ["min-percent", "full-names", "all", "by"],
    next: ({ hasRequests }) => [...(hasRequests ? ["requests"] : []), "stats", "calls FUNC", "view"],
    render: async (...args) => (await import("./text-formats.js")).tree(...args),
  },
  {
    name: "folded",
    fromTrees: true,
    flags: ["min-percent", "by"],
    render: async (...args) => (await import("./text-formats.js")).folded(...args),
  },
  {
    name: "json",
    fromTrees: true,
    unmerged: true,
    showsBlame: true,
    flags: ["min-percent", "by"],
    render: async (...args) => (await import("./text-formats.js")).json(...args),
  },
  {
    name: "html",
    binary: true,
    showsBlame: true,
    carriesNotices: true,
    handlesLimits: true,
    findings: true,
    flags: ["min-percent", "all"],
    render: async (...args) => (await import("./text-formats.js")).html(...args),
  },
  {
    name: "speedscope",
    flags: ["events", "all", "by"],
    render: async (...args) => (await import("./timelines.js")).speedscope(...args),
  },
  {
    name: "chrome",
    executions: "chrome",
    flags: ["events", "by"],
    render: async (...args) => (await import("./timelines.js")).chrome(...args),
  },
  {
    name: "perfetto",
    binary: true,
    executions: "perfetto",
    flags: ["events", "by"],
    render: async (...args) => (await import("./timelines.js")).perfetto(...args),
  },
  {
    name: "pprof",
    binary: true,
    fromTrees: true,
    flags: ["min-percent", "goroutine-roots", "by"],
    render: async (...args) => (await import("./exports.js")).pprof(...args),
  },
  { name: "ndjson", flags: ["table"], render: async (...args) => (await import("./exports.js")).ndjson(...args) },
  { name: "csv", flags: ["table"], render: async (...args) => (await import("./exports.js")).csv(...args) },
  {
    name: "parquet",
    binary: true,
    flags: ["table"],
    render: async (...args) => (await import("./exports.js")).parquet(...args),
    files: async (...args) => (await import("./exports.js")).parquetFiles(...args),
  },
  { name: "otlp", singleCalls: true, render: async (...args) => (await import("./exports.js")).otlp(...args) },
  ...checkFormats.map(checksFormat),
];

/** A CI format: the outcome of assertions is written where they are judged, so there is nothing to render. */
export function checksFormat(name: CheckFormat): Format {
  return { name, carriesNotices: true, checks: name, render: async () => [] };
}

/** Checks that a format which shows the outcome of assertions has any. @throws UserError if not */
export function requireGate({ checks }: Format, isGiven: boolean): void {
  if (checks === undefined || isGiven) return;
  throw new UserError(
    `--format ${checks} shows the outcome of assertions, and there are none`,
    "give --assert 'db.Query.calls <= 3', or put them into .gotrace.yaml under assert:",
    ExitCode.usage,
  );
}

/** Names of the formats, the default first. */
export const formatNames = formats.map(({ name }) => name) as [string, ...string[]];

/** The format with a name, which must exist. */
export function namedFormat(name: string): Format {
  return formats.find((format) => format.name === name)!;
}
