/** gotrace's own flags. The parser, the help, the completion scripts and docs/commands.md are made from these tables. */

import type { Flag } from "./parse.js";
import { dumpFlags, dumpWhenFlag, recorderFlags } from "./recorder-flags.js";

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
    help: "trace only packages that match: an import path or ./dir, with * within one element ('m/*' also matches m) and ... (repeat or separate by commas)",
  },
  { name: "exclude", value: "PATTERN", repeats: true, help: "do not trace packages that match" },
  { name: "generated", help: "also trace generated files (// Code generated …, *.pb.go, *_generated.go)" },
  {
    name: "skip-inlined",
    value: "COST",
    optional: true,
    help: "do not trace functions that the compiler can inline, which cause most of the cost of tracing; with COST (such as 320), those up to that size in the compiler's own units (it inlines up to 80)",
  },
  { name: "C", value: "DIR", help: "change to DIR first" },
  { name: "keep-workspace", help: "keep the temporary workspace with the trace" },
  { name: "verbose", short: "v", help: "show on standard error the workspace, every step and what is not traced" },
  helpFlag,
];

/** Flags of every command that runs what it built. */
export const recordFlags: readonly Flag[] = [
  { name: "save", value: "FILE", help: "save the trace in FILE, for 'gotrace report FILE'" },
  {
    name: "max-trace-size",
    value: "SIZE",
    help: "stop tracing when the trace of a process reaches SIZE, for instance 512MiB or 8GiB (default 2GiB), or when those of all processes of the run reach 4 times that; the program goes on, and the report says how many events are missing. An execution trace has the same limit of its own",
  },
  {
    name: "states",
    help: "also record what the scheduler does (Go 1.22 and later): reports then show how long calls ran, and what they waited for",
  },
  {
    name: "no-keep",
    help: "do not keep the trace as the last run, which report, stats, calls and view show if no file is named",
  },
  ...recorderFlags,
  ...dumpFlags,
];

/** For `build`. */
export const buildStatesFlag: Flag = {
  name: "states",
  help: "the binary can also record what the scheduler did (Go 1.22 and later, beside a ring Go 1.25); it does if GOTRACE_STATES=1 is in its environment too",
};

/** For `build`. */
export const buildDumpFlag: Flag = {
  ...dumpWhenFlag,
  value: "signal:NAME",
  help: "the binary can also copy its ring when it gets SIGUSR1 or SIGUSR2; it does if GOTRACE_DUMP_WHEN in its environment names the signal as well. Other conditions for snapshots need no flag: GOTRACE_DUMP_WHEN is enough",
};

/** For commands that show findings after the tree. */
export const execTraceFlag: Flag = {
  name: "exec-trace",
  value: "FILE",
  optional: true,
  help: "also record an execution trace (Go 1.22 and later), show its findings after the tree, and save it in FILE",
};

/** For commands that read saved call traces. */
export const joinFlag: Flag = {
  name: "exec-trace",
  value: "FILE",
  repeats: true,
  help: "an execution trace of the same run that was recorded apart, for the states of calls; its process is found by the time, or is named: PID=FILE (repeat it)",
};

/** For commands that see all calls of a run. */
export const assertFlag: Flag = {
  name: "assert",
  value: "EXPR",
  repeats: true,
  help: "exit with 1 unless this holds: 'db.Query.calls <= 3', 'main.run.max < 50ms', 'TestLogin: db.Query.calls <= 3' (repeat it)",
};

export const assertUnknownFlag: Flag = {
  name: "assert-unknown",
  value: "fail|ok",
  help: "whether --assert may name a function or test that does not exist (default fail)",
};

/** For commands that show times by call path, function or call. */
export const byFlag: Flag = {
  name: "by",
  value: "STATE",
  repeats: true,
  help: "sort, choose and measure by the time in this state: runnable, lock, wait, channel, select, network, sleep, syscall, gc, running, other or unknown; off-cpu for all but running (repeat or separate by commas). A run then records states, as with --states",
};

/** Flags that limit how much is shown, for every command that renders calls. */
const viewFlags: readonly Flag[] = [
  { name: "depth", value: "N", help: "show N levels" },
  { name: "min", value: "DURATION", help: "leave out what took less, for instance 1ms" },
  { name: "top", value: "N", help: "show the N call paths with the largest total times, and their callers" },
];

/** Flags that choose calls, for every command that renders calls. */
export const selectFlags: readonly Flag[] = [
  { name: "focus", value: "REGEXP", help: "only call paths through functions whose names match" },
  { name: "ignore", value: "REGEXP", help: "no call paths through functions whose names match" },
  { name: "hide", value: "REGEXP", help: "remove functions whose names match from the paths, but not what they call" },
  {
    name: "from",
    value: "TIME",
    help: "only what happened after this time: 1.5s from the start of the process, or 14:32:05, or 2026-01-02T14:32:05Z",
  },
  { name: "to", value: "TIME", help: "only what happened before this time" },
  {
    name: "goroutine",
    value: "ID",
    repeats: true,
    help: "only calls on this goroutine (repeat or separate by commas)",
  },
  {
    name: "call",
    value: "ID",
    help: "only this call, its callers for context, and all that it started on other goroutines: 18.34, as calls and requests show it, or 4711:18.34 with the process",
  },
  {
    name: "test",
    value: "REGEXP",
    help: "only what runs in these tests, in the syntax of go test -run: TestGet/first",
  },
];

/** Flags of commands that render calls, but not as a tree. */
export const callFlags: readonly Flag[] = [...viewFlags, ...selectFlags];

/** For commands that show a shortened tree by default. */
export const allFlag: Flag = {
  name: "all",
  help: "show the whole tree: every path and level, recursion unfolded, goroutines that wait for work sorted among the others",
};

/** `--all` for commands that show calls in the browser. */
export const waitingFlag: Flag = {
  name: "all",
  help: "count goroutines that wait for work; in Speedscope, show them where they began",
};

/** For commands that print tables and trees for people. */
export const namesFlag: Flag = {
  name: "full-names",
  help: "show names with their full package path, as in machine-readable formats",
};

/** Flags of every command that renders a call tree. */
export const treeFlags: readonly Flag[] = [
  { name: "no-merge", help: "one line for every call, instead of one line with a count for equal siblings" },
  byFlag,
  ...viewFlags,
  { name: "min-percent", value: "P", help: "leave out what took less than P percent of the total" },
  { name: "sort", value: "ORDER", help: "order of siblings: time (default), start or calls" },
  ...selectFlags,
];

/** For commands that list single calls. */
export const callTreesFlag: Flag = {
  name: "tree",
  help: "below the list, the tree of each call: its callers, what it called and started on other goroutines; with states also its critical path, which tells who made it wait (JSON has only this one, as critical_path)",
};

/** For formats whose viewers can load only a limited number of events. */
export const eventsFlag: Flag = {
  name: "events",
  value: "N",
  help: "show at most N events (two per call), those of the longest calls; 'all' shows every event (default 2000000)",
};

export const openFlag: Flag = { name: "open", help: "show the calls on a page in the browser, instead of the report" };

export const speedscopeFlag: Flag = { name: "speedscope", help: "the page is Speedscope instead of gotrace's own" };

export const browserFlag: Flag = {
  name: "no-browser",
  help: "print the address of the page on standard output instead of opening the browser",
};

/** Flags of every command that can show its calls in the browser. */
export const pageFlags: readonly Flag[] = [openFlag, speedscopeFlag, browserFlag, eventsFlag];

export const unitFlag: Flag = {
  name: "unit",
  value: "UNIT",
  help: "weight of folded stacks: ns (default), us, ms of self time, or calls",
};

/** For formats that export tables. */
export const tableFlag: Flag = {
  name: "table",
  value: "TABLE",
  help: "csv, ndjson and parquet: calls (default), functions, goroutines, processes, requests or, of a trace with states, intervals; parquet writes all of them into -o DIR",
};

/** For data sets of many traces. */
export const datasetFlags: readonly Flag[] = [
  {
    name: "append",
    help: "parquet: add all tables to the data set in -o DIR, partitioned by host, binary and date; each process is added once, so the same directories can be given again when they have more traces",
  },
  {
    name: "host",
    value: "NAME",
    help: "with --append: the machine that the traces are from (default: the names of the directories if there are several, or else this machine)",
  },
  {
    name: "build",
    value: "NAME",
    help: "with --append: the build of the programs (default: the revision that their executables were built from, or a digest of them, if they are still there)",
  },
];

/** For pprof. */
export const goroutineRootsFlag: Flag = {
  name: "goroutine-roots",
  help: "pprof: begin stacks where their goroutine began, as in Go's profiles, without the stack that started it",
};
