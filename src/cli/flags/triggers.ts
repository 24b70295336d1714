/**
 * Conditions of `--dump-when`, in the language of `--assert`, on single calls: `db.Query.time > 5ms`, `db.Query.panics`,
 * `db.Query.lock > 5ms`. The runtime reads them (runtime-go/trigger.go); they are checked here, so that a wrong one is refused at once.
 */
import { parseComparison } from "../../base/comparison.js";
import { ExitCode, UserError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";
import { examples, parseQuantity } from "../../base/quantity.js";
import { PARTS } from "../../calltree/index.js";
import { isPlainPattern, PLAIN_PATTERN } from "./recorder.js";
import { parsePattern } from "./values.js";

/** What a program can watch for: more conditions than that on calls are refused. */
export const MOST_TRIGGERS = 16;

/** A valid condition. */
export interface Trigger {
  readonly kind: "call" | "signal" | "exit";
  /** As the runtime reads it. */
  readonly text: string;
  /** It is about the states of calls. */
  readonly ofStates?: boolean;
}

const USAGE = "write 'db.Query.time > 5ms', 'db.Query.lock > 5ms', 'db.Query.panics', panic, signal:SIGUSR1 or exit";
/** States that a call can be known to have been in: while it was, time passed, so that a program can watch the time. */
const STATES = PARTS.filter((word) => word !== "unknown");
const MEASURES = ["time", "panics", ...STATES];

/** @throws UserError for an invalid condition */
export function parseTrigger(source: string): Trigger {
  const text = source.trim();
  if (/[;\n]/.test(text)) throw bad(source, "has several conditions", "repeat --dump-when for each");
  if (text === "exit") return { kind: "exit", text };
  if (text === "panic") return { kind: "call", text };
  const signal = /^signal:(.*)$/.exec(text)?.[1];
  if (signal !== undefined) return { kind: "signal", text: `signal:${signalName(source, signal)}` };
  const comparison = parseComparison(text);
  const subject = comparison?.subject ?? text;
  const [, name = "", measure = ""] = /^(.+)\.([A-Za-z0-9_-]+)$/s.exec(subject) ?? [];
  if (!MEASURES.includes(measure)) throw badMeasure(source, measure);
  checkName(source, name);
  if (comparison === undefined) {
    if (measure === "panics" && !/[<>=!]/.test(text)) return { kind: "call", text };
    throw bad(source, "has no value to compare with", USAGE);
  }
  const { expression, value } = comparison;
  const operator = expression.slice(subject.length, -value.length).trim();
  if (measure === "panics") {
    if (`${operator}${value}` === ">0" || `${operator}${value}` === ">=1") return { kind: "call", text: subject };
    throw bad(source, "a single call panics once or never", `write '${subject}'`);
  }
  if (operator !== ">" && operator !== ">=") {
    const what = measure === "time" ? "is met by all calls but the slow ones" : "can be met by calls that took no time";
    throw bad(source, `${operator} ${what}`, `use >, as in '${subject} > ${value}'`);
  }
  const limit = parseQuantity(value, "ns");
  if (limit === undefined || limit < 1)
    throw bad(source, `${value} is not a valid value of time`, `use ${examples.ns}`);
  const condition = `${name}.${measure} > ${runtimeDuration(value, limit)}`;
  return { kind: "call", text: condition, ...(measure === "time" ? {} : { ofStates: true }) };
}

/** The runtime reads one unit; what has several, or begins with a dot, becomes nanoseconds. */
function runtimeDuration(value: string, ns: number): string {
  return /^\d+(\.\d+)?[a-zµμ]+$/.test(value) ? value : `${Math.round(ns)}ns`;
}

function signalName(source: string, signal: string): string {
  const name = `SIG${signal.toUpperCase().replace(/^SIG/, "")}`;
  if (name === "SIGUSR1" || name === "SIGUSR2") return name;
  throw bad(source, `${signal} is not a signal for snapshots`, "use signal:SIGUSR1 or signal:SIGUSR2");
}

function badMeasure(source: string, word: string): UserError {
  if (word === "") return bad(source, "is not a condition", USAGE);
  if (PARTS.includes(word)) return bad(source, "nobody can know when states are unknown", `use ${STATES.join(", ")}`);
  const near = nearest(word, MEASURES);
  return bad(
    source,
    `single calls have no measure ${word}`,
    near
      ? `did you mean ${near}?`
      : "use time, panics or a state such as lock; --assert checks other measures, after the run",
  );
}

function checkName(source: string, name: string): void {
  const pattern = /^\/(.+)\/$/s.exec(name)?.[1];
  if (pattern === undefined) return;
  parsePattern(pattern, "--dump-when");
  if (isPlainPattern(pattern)) return;
  throw bad(source, `${name} is not an expression that programs understand`, `use ${PLAIN_PATTERN}`);
}

function bad(source: string, what: string, advice: string): UserError {
  return new UserError(`--dump-when ${JSON.stringify(source)}: ${what}`, advice, ExitCode.usage);
}
