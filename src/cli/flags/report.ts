/** Turns flags into the options of reports on call traces: which calls, how many, in which order. */

import { ExitCode, UserError } from "../../base/errors.js";
import { fullNames, shortNaming } from "../../base/names.js";
import { testFilter } from "../../base/test-filter.js";
import { parseCallId, type WrittenCallId } from "../../calltree/call-id.js";
import type { Bound, SelectOptions } from "../../calltree/index.js";
import { PARTS, statesOfPart } from "../../calltree/part.js";
import { tableNames } from "../../export/tables/names.js";
import type { ReportOptions } from "../options.js";
import type { ParsedFlags } from "./parse.js";
import { momentOf } from "./part.js";
import { badValue, choice, duration, number, parsePattern, pattern } from "./values.js";

/** Flags that limit how much is shown, or lift the limit. */
const LIMITS = ["all", "depth", "min", "min-percent", "no-merge", "top"];

/**
 * The options of a report.
 * @param own flags whose values are the command's own: its `--sort` does not order the siblings of the tree, its `--by`
 * names no state
 * @throws UserError for an invalid value
 */
export function reportOptions(flags: ParsedFlags, own?: "sort" | "by"): ReportOptions {
  const view = limitOptions(flags);
  const { depth, min, top } = view;
  const select = selectOptions(flags, view);
  const by = own === "by" ? undefined : statesOf(flags);
  const { minimum: _minimum, depth: _depth, top: _top, ...selectWithoutLimits } = select;
  return {
    output: flags.string("o"),
    select,
    selectWithoutLimits,
    tree: {
      by,
      depth,
      minimum: min,
      top,
      minimumPercent: number(flags, "min-percent", 0, 0),
      sort: own === "sort" ? "time" : choice(flags, "sort", ["time", "start", "calls"]),
    },
    unmerged: flags.has("no-merge"),
    asksForLines: LIMITS.some((flag) => flags.has(flag)),
    all: flags.has("all"),
    namingOf: (names) => (flags.has("full-names") ? fullNames : shortNaming(names)),
    unit: choice(flags, "unit", ["ns", "us", "ms", "calls"]),
    by,
    events: eventLimit(flags),
    table: flags.has("table") ? choice(flags, "table", tableNames) : undefined,
    goroutineRoots: flags.has("goroutine-roots"),
    root: flags.string("root"),
    opensBrowser: !flags.has("no-browser"),
  };
}

/** The limits of a view. */
export interface LimitOptions {
  readonly depth: number;
  /** Nanoseconds. */
  readonly min: number;
  /** Show this many call paths, those with the largest total times; undefined for all. */
  readonly top: number | undefined;
}

/** The limits of `--depth`, `--min` and `--top`. @throws UserError for an invalid value */
export function limitOptions(flags: ParsedFlags): LimitOptions {
  return {
    depth: number(flags, "depth", Number.POSITIVE_INFINITY, 1),
    min: duration(flags, "min", 0),
    top: flags.has("top") ? number(flags, "top", 0, 1) : undefined,
  };
}

/** Which calls to show. @throws UserError for an invalid value */
export function selectOptions(flags: ParsedFlags, { depth, min, top } = limitOptions(flags)): SelectOptions {
  const [from, to] = [boundOf(flags, "from"), boundOf(flags, "to")];
  if (typeof from === "number" && typeof to === "number" && to < from) {
    throw new UserError("--to is before --from", "both are times since the start of the process", ExitCode.usage);
  }
  return defined({
    focus: pattern(flags, "focus"),
    ignore: pattern(flags, "ignore"),
    hide: pattern(flags, "hide"),
    test: testsOf(flags),
    from,
    to,
    call: callOf(flags),
    goroutines: flags.has("goroutine") ? flags.list("goroutine").map(goroutineId) : undefined,
    minimum: min,
    depth: Number.isFinite(depth) ? depth : undefined,
    top,
  });
}

/** The value of `--from` or `--to`. @throws UserError for an invalid time */
function boundOf(flags: ParsedFlags, name: "from" | "to"): Bound | undefined {
  const moment = momentOf(flags, name);
  return moment?.kind === "offset" ? moment.ns : moment;
}

/** The states of `--by`. @throws UserError for a word that names none */
function statesOf(flags: ParsedFlags): readonly number[] | undefined {
  if (!flags.has("by")) return undefined;
  if (flags.has("no-merge")) {
    throw new UserError(
      "--by and --no-merge cannot be combined",
      "leave one of them out; 'gotrace calls --by STATE FUNC' shows single calls",
      ExitCode.usage,
    );
  }
  const states = flags.list("by").flatMap((word) => {
    const named = statesOfPart(word);
    if (named === undefined) throw badValue("by", word, PARTS.join(", "));
    return named;
  });
  if (states.length === 0) throw badValue("by", "", PARTS.join(", "));
  return [...new Set(states)].sort((a, b) => a - b);
}

/** The tests that `--test` chooses. @throws UserError for an invalid regular expression */
function testsOf(flags: ParsedFlags): ReturnType<typeof testFilter> | undefined {
  const text = flags.string("test");
  return text === undefined ? undefined : testFilter(text, (expression) => parsePattern(expression, "--test"));
}

/** The call that `--call` names. @throws UserError for what is not the id of a call */
function callOf(flags: ParsedFlags): WrittenCallId | undefined {
  const text = flags.string("call");
  if (text === undefined) return undefined;
  const id = parseCallId(text);
  if (id === undefined) throw badValue("call", text, "the id of a call as calls and requests show it, such as 18.34");
  return id;
}

function goroutineId(text: string): number {
  if (!/^\d+$/.test(text)) throw badValue("goroutine", text, "the number of a goroutine, as JSON output shows it");
  return Number(text);
}

/** A copy of the object without its undefined properties. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

function eventLimit(flags: ParsedFlags): number | undefined {
  if (flags.string("events") === "all") return Number.POSITIVE_INFINITY;
  return flags.has("events") ? number(flags, "events", 0, 2) : undefined;
}
