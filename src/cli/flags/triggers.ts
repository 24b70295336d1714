/**
 * Conditions of `--dump-when`, in the language of `--assert`, on single calls: `db.Query.time > 5ms`, `db.Query.panics`. The
 * runtime reads them (runtime-go/trigger.go); they are checked here, so that a wrong one is refused at once.
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
}

const USAGE = "write 'db.Query.time > 5ms', 'db.Query.panics', panic, signal:SIGUSR1 or exit";
const MEASURES = ["time", "panics"];

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
  if (!MEASURES.includes(measure)) throw badMeasure(source, name, measure);
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
    throw bad(source, `${operator} is met by all calls but the slow ones`, `use >, as in '${subject} > ${value}'`);
  }
  const limit = parseQuantity(value, "ns");
  if (limit === undefined || limit < 1)
    throw bad(source, `${value} is not a valid value of time`, `use ${examples.ns}`);
  return { kind: "call", text: `${name}.time > ${runtimeDuration(value, limit)}` };
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

function badMeasure(source: string, name: string, word: string): UserError {
  if (word === "") return bad(source, "is not a condition", USAGE);
  if (PARTS.includes(word)) {
    return bad(
      source,
      `a program that runs does not know the states of its calls (${word})`,
      `watch all of the time: '${name}.time > 5ms'. With --states the snapshot shows ${word}, and --assert checks it after the run`,
    );
  }
  const near = nearest(word, MEASURES);
  return bad(
    source,
    `single calls have no measure ${word}`,
    near ? `did you mean ${near}?` : "use time or panics; --assert checks other measures, after the run",
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
