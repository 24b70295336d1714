/** gotrace's own flags and what they say, as typed options. One table feeds the parser and the help text. */

import { ExitCode, UserError } from "../base/errors.js";
import type { Flag, ParsedFlags } from "./flags.js";

export const helpFlag: Flag = { name: "help", short: "h", help: "show this help" };
export const outputFlag: Flag = {
  name: "o",
  value: "FILE",
  help: "write the report to FILE instead of standard output",
};

/** Flags of every command that builds. */
export const traceFlags: readonly Flag[] = [
  {
    name: "include",
    value: "PATTERN",
    repeats: true,
    help: "trace only packages that match: an import path or ./dir, with * and ... (repeat or separate by commas)",
  },
  { name: "exclude", value: "PATTERN", repeats: true, help: "do not trace packages that match" },
  { name: "generated", help: "trace generated files too (// Code generated …, *.pb.go, *_generated.go)" },
  { name: "C", value: "DIR", help: "change to DIR first" },
  { name: "keep", help: "keep the temporary workspace with the trace" },
  { name: "verbose", short: "v", help: "show on standard error the workspace, every step and what is not traced" },
  helpFlag,
];

/** Flags of every command that runs what it built. */
export const recordFlags: readonly Flag[] = [
  { name: "save", value: "FILE", help: "save the trace, to be rendered again with 'gotrace report FILE'" },
  {
    name: "max-trace-size",
    value: "SIZE",
    help: "stop tracing when the trace of a process reaches SIZE, for instance 512MiB or 8GiB (default 2GiB)",
  },
];

/** For commands that show findings after the tree. */
export const execTraceFlag: Flag = {
  name: "exec-trace",
  value: "FILE",
  optional: true,
  help: "record an execution trace too (Go 1.22 on), show its findings after the tree, save it in FILE",
};

/** Flags of every command that renders a call tree. */
export const treeFlags: readonly Flag[] = [
  { name: "no-merge", help: "one line for every call, instead of one with a count for equal siblings" },
  { name: "depth", value: "N", help: "show N levels" },
  { name: "min", value: "DURATION", help: "leave out what took less, for instance 1ms" },
  { name: "min-percent", value: "P", help: "leave out what took less than P percent of the total" },
  { name: "sort", value: "ORDER", help: "order of siblings: time (default), start or calls" },
];

export const unitFlag: Flag = {
  name: "unit",
  value: "UNIT",
  help: "weight of folded stacks: ns (default), us, ms of self time, or calls",
};

/** Options of the call tree. */
export interface TreeOptions {
  readonly merge: boolean;
  readonly depth: number;
  /** Nanoseconds. */
  readonly min: number;
  readonly minPercent: number;
  readonly sort: "time" | "start" | "calls";
}

/** The tree flags as options. @throws UserError for a value that is none */
export function treeOptions(flags: ParsedFlags): TreeOptions {
  return {
    merge: !flags.has("no-merge"),
    depth: number(flags, "depth", Number.POSITIVE_INFINITY, 1),
    min: parseDuration(flags.string("min") ?? "0"),
    minPercent: number(flags, "min-percent", 0, 0),
    sort: choice(flags, "sort", ["time", "start", "calls"]),
  };
}

/** The unit of folded stacks. @throws UserError for a value that is none */
export function foldedUnit(flags: ParsedFlags): "ns" | "us" | "ms" | "calls" {
  return choice(flags, "unit", ["ns", "us", "ms", "calls"]);
}

/** One of several words, the first by default. */
export function choice<T extends string>(flags: ParsedFlags, name: string, words: readonly [T, ...T[]]): T {
  const value = flags.string(name) ?? words[0];
  const known = words.find((word) => word === value);
  if (known === undefined) throw badValue(name, value, words.join(", "));
  return known;
}

/** A number, or `missing` where the flag is not given. @throws UserError for what is none or too small */
export function number(flags: ParsedFlags, name: string, missing: number, least: number): number {
  const text = flags.string(name);
  if (text === undefined) return missing;
  const value = Number(text);
  if (text.trim() === "" || !(value >= least)) throw badValue(name, text, `a number of at least ${least}`);
  return value;
}

const nanoseconds: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** A duration as Go writes them (`1.5ms`, `1h2m`), in nanoseconds. @throws UserError when it is none */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text) {
    throw badValue("min", text, "a duration such as 500us, 1ms or 2s");
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * nanoseconds[part[2]!]!, 0);
}

/** A size such as `512MiB`, `2G` or `1000000`, in bytes. @throws UserError when it is none or below 1 MiB */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?$/i.exec(text);
  const bytes = match ? Number(match[1]) * 1024 ** " kmgt".indexOf((match[2] || " ").toLowerCase()) : Number.NaN;
  if (!(bytes >= 1 << 20)) throw badValue("max-trace-size", text, "a size of at least 1MiB, such as 512MiB or 8GiB");
  return Math.floor(bytes);
}

function badValue(name: string, value: string, wanted: string): UserError {
  return new UserError(`--${name}: ${JSON.stringify(value)} is not valid`, `use ${wanted}`, ExitCode.usage);
}
