/** gotrace's own flags and what they say, as typed options. One table feeds the parser and the help text. */

import { ExitCode, UserError } from "../base/errors.js";
import { fullNames, type Naming, shortNaming } from "../base/names.js";
import { type TestFilter, testFilter } from "../base/test-filter.js";
import type { SelectOptions } from "../calltree/index.js";
import { COMPILER_BUDGET } from "../gotool/inlining.js";
import type { Flag, ParsedFlags } from "./flags.js";
import { badValue, choice, duration, number, parsePattern, pattern } from "./values.js";

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
  {
    name: "skip-inlined",
    value: "COST",
    optional: true,
    help: "leave out functions that the compiler can inline, which are most of what tracing costs; with COST (such as 320) all up to that size, as the compiler counts it (it inlines up to 80)",
  },
  { name: "C", value: "DIR", help: "change to DIR first" },
  { name: "keep-workspace", help: "keep the temporary workspace with the trace" },
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
  { name: "no-keep", help: "do not keep the trace for 'gotrace report' and others without a file" },
];

/** For commands that show findings after the tree. */
export const execTraceFlag: Flag = {
  name: "exec-trace",
  value: "FILE",
  optional: true,
  help: "record an execution trace too (Go 1.22 on), show its findings after the tree, save it in FILE",
};

/** For commands that know all calls of a run. */
export const assertFlag: Flag = {
  name: "assert",
  value: "EXPR",
  repeats: true,
  help: "exit with 1 unless this holds: 'db.Query.calls <= 3', 'main.run.max < 50ms', 'TestLogin: db.Query.calls <= 3' (repeat it)",
};

export const assertUnknownFlag: Flag = {
  name: "assert-unknown",
  value: "fail|ok",
  help: "whether --assert may name a function or test that nothing in the trace or build bears (default fail)",
};

/** Flags of every command that renders calls: how much to show. */
const viewFlags: readonly Flag[] = [
  { name: "depth", value: "N", help: "show N levels" },
  { name: "min", value: "DURATION", help: "leave out what took less, for instance 1ms" },
  { name: "top", value: "N", help: "show the N call paths with the largest total times, and what leads to them" },
];

/** Flags of every command that renders calls: which. */
export const selectFlags: readonly Flag[] = [
  { name: "focus", value: "REGEXP", help: "only call paths through functions whose names match" },
  { name: "ignore", value: "REGEXP", help: "no call paths through functions whose names match" },
  { name: "hide", value: "REGEXP", help: "take functions whose names match out of the paths; what they call stays" },
  { name: "from", value: "DURATION", help: "only what happened later than this after the start of the process" },
  { name: "to", value: "DURATION", help: "only what happened earlier than this" },
  {
    name: "goroutine",
    value: "ID",
    repeats: true,
    help: "only calls on this goroutine (repeat or separate by commas)",
  },
  { name: "test", value: "REGEXP", help: "only what runs in these tests, as go test -run takes them: TestGet/first" },
];

/** Flags of commands that render calls in other ways than as a tree. */
export const callFlags: readonly Flag[] = [...viewFlags, ...selectFlags];

/** For commands whose views show what matters first. */
export const allFlag: Flag = {
  name: "all",
  help: "show the whole tree: every path and level, recursion unfolded, goroutines that wait for work in their place",
};

/** The same for what is shown in the browser. */
export const waitingFlag: Flag = {
  name: "all",
  help: "count goroutines that wait for work; in Speedscope they stand where they began",
};

/** For commands whose tables and trees are for people. */
export const namesFlag: Flag = {
  name: "full-names",
  help: "show names with their whole package path, as files for programs have them",
};

/** Flags of every command that renders a call tree. */
export const treeFlags: readonly Flag[] = [
  { name: "no-merge", help: "one line for every call, instead of one with a count for equal siblings" },
  ...viewFlags,
  { name: "min-percent", value: "P", help: "leave out what took less than P percent of the total" },
  { name: "sort", value: "ORDER", help: "order of siblings: time (default), start or calls" },
  ...selectFlags,
];

/** For formats whose readers take only so much. */
export const eventsFlag: Flag = {
  name: "events",
  value: "N",
  help: "show at most N events (two for a call), the longest calls of all; the viewer gets 2000000 unless told, or 'all'",
};

export const openFlag: Flag = { name: "open", help: "show the calls on a page in the browser, instead of the report" };

export const speedscopeFlag: Flag = { name: "speedscope", help: "the page is Speedscope instead of gotrace's own" };

export const browserFlag: Flag = {
  name: "no-browser",
  help: "print the address of the page on standard output instead of opening it",
};

/** Flags of every command that can show its calls in the browser. */
export const pageFlags: readonly Flag[] = [openFlag, speedscopeFlag, browserFlag, eventsFlag];

export const unitFlag: Flag = {
  name: "unit",
  value: "UNIT",
  help: "weight of folded stacks: ns (default), us, ms of self time, or calls",
};

/** For formats that have tables. */
export const tableFlag: Flag = {
  name: "table",
  value: "TABLE",
  help: "csv, ndjson and parquet: calls (default), functions, goroutines or processes; parquet writes all of them into -o DIR",
};

/** For profiles. */
export const goroutineRootsFlag: Flag = {
  name: "goroutine-roots",
  help: "pprof: stacks begin where their goroutine does, as in Go's profiles, not with the stack that started it",
};

/** How much of the calls to show. */
export interface ViewOptions {
  readonly depth: number;
  /** Nanoseconds. */
  readonly min: number;
  /** Only the call paths with the largest total times, so many. */
  readonly top: number | undefined;
}

/** Options of the call tree. */
export interface TreeOptions extends ViewOptions {
  readonly merge: boolean;
  readonly minPercent: number;
  readonly sort: "time" | "start" | "calls";
}

/** Up to which cost functions are left out; undefined where none are. @throws UserError for a value that is none */
export function inlineBudget(flags: ParsedFlags): number | undefined {
  if (!flags.has("skip-inlined")) return undefined;
  return flags.string("skip-inlined") === "true" ? COMPILER_BUDGET : number(flags, "skip-inlined", 0, COMPILER_BUDGET);
}

/** The flags of every view as options. @throws UserError for a value that is none */
export function viewOptions(flags: ParsedFlags): ViewOptions {
  return {
    depth: number(flags, "depth", Number.POSITIVE_INFINITY, 1),
    min: duration(flags, "min", 0),
    top: flags.has("top") ? number(flags, "top", 0, 1) : undefined,
  };
}

/** The tree flags as options. @throws UserError for a value that is none */
export function treeOptions(flags: ParsedFlags): TreeOptions {
  return {
    ...viewOptions(flags),
    merge: !flags.has("no-merge"),
    minPercent: number(flags, "min-percent", 0, 0),
    sort: choice(flags, "sort", ["time", "start", "calls"]),
  };
}

/** What of the calls to show. @throws UserError for a value that is none */
export function selectOptions(flags: ParsedFlags): SelectOptions {
  const { depth, min, top } = viewOptions(flags);
  const from = duration(flags, "from", undefined);
  const to = duration(flags, "to", undefined);
  if (from !== undefined && to !== undefined && to < from) {
    throw new UserError("--to is before --from", "both are times since the start of the process", ExitCode.usage);
  }
  return defined({
    focus: pattern(flags, "focus"),
    ignore: pattern(flags, "ignore"),
    hide: pattern(flags, "hide"),
    test: testsOf(flags),
    from,
    to,
    goroutines: flags.has("goroutine") ? flags.list("goroutine").map(goroutineId) : undefined,
    minimum: min,
    depth: Number.isFinite(depth) ? depth : undefined,
    top,
  });
}

/** As {@link selectOptions}, for views that apply --min, --depth and --top to what they show instead of single calls. */
export function callOptions(flags: ParsedFlags): SelectOptions {
  const { minimum: _minimum, depth: _depth, top: _top, ...select } = selectOptions(flags);
  return select;
}

/** The tests that `--test` chooses. @throws UserError for what is no regular expression */
function testsOf(flags: ParsedFlags): TestFilter | undefined {
  const text = flags.string("test");
  return text === undefined ? undefined : testFilter(text, (expression) => parsePattern(expression, "--test"));
}

function goroutineId(text: string): number {
  if (!/^\d+$/.test(text)) throw badValue("goroutine", text, "the number of a goroutine, as JSON output shows it");
  return Number(text);
}

/** The object without what is undefined. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

/** The unit of folded stacks. @throws UserError for a value that is none */
export function foldedUnit(flags: ParsedFlags): "ns" | "us" | "ms" | "calls" {
  return choice(flags, "unit", ["ns", "us", "ms", "calls"]);
}

/** The most events that a viewer is to get; undefined where the flag is not given. @throws UserError for what is none */
export function eventLimit(flags: ParsedFlags): number | undefined {
  if (flags.string("events") === "all") return Number.POSITIVE_INFINITY;
  return flags.has("events") ? number(flags, "events", 0, 2) : undefined;
}

/** How text for people shows functions. @param names all that may be shown */
export function namingOf(flags: ParsedFlags, names: Iterable<string>): Naming {
  return flags.has("full-names") ? fullNames : shortNaming(names);
}

/** The table that `--table` names. @throws UserError for a value that is none */
export function tableName(flags: ParsedFlags): "calls" | "functions" | "goroutines" | "processes" {
  return choice(flags, "table", ["calls", "functions", "goroutines", "processes"]);
}
