/** What an assertion measures: `db.Query.calls`, `db.Query.lock`, `db.Query.lock.p99`, or `runnable` of a whole test. */
import { PARTS, partName, statesOfPart } from "../calltree/index.js";
import { type NamePattern, namePattern } from "./match.js";

/** The measures that assertions can use, and their units. */
export const assertable = {
  calls: "count",
  total: "ns",
  self: "ns",
  min: "ns",
  mean: "ns",
  p50: "ns",
  p90: "ns",
  p95: "ns",
  p99: "ns",
  max: "ns",
  panics: "count",
} as const;

export type Assertable = keyof typeof assertable;

/** A measure of some functions' calls. */
export interface Reading {
  /** Undefined for all calls, on all goroutines. */
  readonly functions: NamePattern | undefined;
  readonly measure: Assertable;
  /** The states whose time is measured, indices into STATES; undefined for all time. */
  readonly states: readonly number[] | undefined;
}

/** The words that may follow the name of a function. */
export const measureWords: readonly string[] = [...Object.keys(assertable), ...PARTS];

/**
 * The ways to read what stands left of an operator, at most two: `db.Query.lock.p99` is of the time for which calls of
 * `db.Query` waited for locks, unless there is a function `db.Query.lock`. The measures of both have the same unit.
 *
 * @returns none if the text has no name or no measure; the word in the place of the measure if it is unknown
 * @throws UserError for an invalid regular expression
 */
export function readingsOf(text: string): readonly Reading[] | { readonly word: string } {
  const whole = statesOfPart(text);
  if (whole !== undefined) return [{ functions: undefined, measure: "total", states: whole }];
  const [name, word] = split(text);
  if (name === undefined) return [];
  const part = statesOfPart(word);
  if (part !== undefined) return [{ functions: namePattern(name), measure: "total", states: part }];
  if (!isMeasure(word)) return { word };
  const plain: Reading = { functions: namePattern(name), measure: word, states: undefined };
  const [inner, state] = split(name);
  const states = statesOfPart(state);
  if (inner === undefined || states === undefined || assertable[word] !== "ns") return [plain];
  return [plain, { functions: namePattern(inner), measure: word, states }];
}

/** The first of some readings about a function that exists; without any, the last one. @param names of functions */
export function chosen(readings: readonly Reading[], names: readonly string[]): Reading {
  const exists = ({ functions }: Reading) => functions === undefined || names.some((name) => functions.matches(name));
  return readings.find(exists) ?? readings.at(-1)!;
}

/** What to call the measure: `p99`, `lock`, `lock.p99`. */
export function measureName({ measure, states }: Pick<Reading, "measure" | "states">): string {
  if (states === undefined) return measure;
  return measure === "total" ? partName(states) : `${partName(states)}.${measure}`;
}

function isMeasure(word: string): word is Assertable {
  return Object.hasOwn(assertable, word);
}

function split(text: string): readonly [string, string] | readonly [undefined, string] {
  const [, name, word = ""] = /^(.+)\.([A-Za-z0-9_-]+)$/su.exec(text) ?? [];
  return name === undefined ? [undefined, ""] : [name, word];
}

/** Whether a measure is a sum over calls, and not a number of single ones. */
export function isSum(measure: Assertable): boolean {
  return SUMS.has(measure);
}

const SUMS: ReadonlySet<Assertable> = new Set(["calls", "total", "self", "panics"]);
