/** Prints the assertions that failed or have a remark, and converts verdicts to checks. */

import type { Check } from "../../base/check.js";
import { fullNames, type Naming } from "../../base/names.js";
import { printable } from "../../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import { assertable, measureName, namedStep, type PathShare, type Verdict } from "../../callstats/index.js";
import { localTest } from "../../calltree/index.js";

/** The most failures of an assertion that are printed one by one. */
const TOLD = 10;

/** Yields a few lines per failed assertion or remark. */
export function* verdictLines(verdicts: readonly Verdict[], naming: Naming = fullNames): Generator<string> {
  for (const assertion of new Set(verdicts.map((verdict) => verdict.assertion))) {
    const own = verdicts.filter((verdict) => verdict.assertion === assertion);
    const outcomes = own.map((verdict) => saying(verdict, naming)).filter((one) => one.failed || one.message !== "");
    for (const { failed, name, message, details } of outcomes.slice(0, TOLD)) {
      yield lines(`assertion ${failed ? "failed: " : ""}${name}: ${message}`, details);
    }
    const more = outcomes.length - TOLD;
    if (more > 0) yield `assertion failed: ${assertion.expression}: in ${formatNumberOf(more, "more test")}\n`;
    const { message, details } = outside(own[0], naming);
    if (message !== "") yield lines(`assertion ${assertion.expression}: ${message}`, details);
  }
}

/** Converts verdicts to checks, with their messages. */
export function verdictChecks(verdicts: readonly Verdict[], naming: Naming = fullNames): Check[] {
  return verdicts.map((verdict) => {
    const { failed, name, message, details } = saying(verdict, naming);
    const beside = outside(verdict, naming);
    return {
      kind: "Assertion",
      name,
      outcome: failed ? "failed" : beside.message === "" ? "passed" : "noted",
      message: [message, beside.message].filter((text) => text !== "").join("; "),
      details: [...details, ...beside.details],
      place: verdict.function && { ...verdict.function, function: verdict.function.name },
    };
  });
}

interface Saying {
  readonly message: string;
  readonly details: readonly string[];
}

/** The message of a verdict: why it failed, with the paths that contribute most; "" if there is none. */
function saying(verdict: Verdict, naming: Naming): Saying & { readonly failed: boolean; readonly name: string } {
  const { assertion, reading, test, actual, runs, near, paths, unknown, ok } = verdict;
  const { expression } = assertion;
  const text = reading.functions?.text;
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  const failed = !ok || unknown !== undefined;
  const none = { failed, name: expression, details: [] };
  if (unknown === "function") {
    const details = ["correct the name, or pass --assert-unknown=ok if it may be missing"];
    return { ...none, message: `no traced function is called ${text}${hint}`, details };
  }
  if (failed && runs === 0) {
    return {
      ...none,
      message: `${unknown === "test" ? "no test has that name" : "no test of that name was run"}${hint}`,
    };
  }
  if (unknown === "states") {
    const details = ["record it with --states: gotrace run --states, gotrace test --states"];
    return { ...none, message: "the trace does not have the states of calls", details };
  }
  const name =
    test === undefined || assertion.test?.text === test ? expression : `${expression} in ${shownTest(test, naming)}`;
  if (!failed) {
    // The assertion holds, but only because nothing was called.
    const idle = verdict.calls === 0 && test === undefined;
    return { ...none, name, message: idle ? `no traced function of that name was called${hint}` : "" };
  }
  const of = runs > 1 ? ` (mean of ${formatCount(runs)} runs)` : "";
  if (actual === undefined)
    return {
      failed,
      name,
      message: `${text ?? "a traced function"} was not called`,
      details: pathTexts(paths, naming),
    };
  const number = measuredOf(verdict, actual);
  const message = `${measureName(reading)} is ${number}${of}${unknownTime(verdict, number)}`;
  return { failed, name, message, details: pathTexts(paths, naming) };
}

/** The remark about calls that belong to no test; "" if there are none. */
function outside({ reading, outside: { calls, paths } }: Verdict, naming: Naming): Saying {
  if (calls === 0) return { message: "", details: [] };
  const belong = calls === 1 ? "belongs" : "belong";
  return {
    message: `${formatNumberOf(calls, "call")} of ${reading.functions?.text} ${belong} to no test`,
    details: pathTexts(paths, naming),
  };
}

/** What the number may be beyond its known part. */
function unknownTime(verdict: Verdict, actual: string): string {
  const { most } = verdict;
  const text = most === undefined ? actual : measuredOf(verdict, most);
  return text === actual ? "" : `, or up to ${text}: the execution trace does not cover all of the time`;
}

function measuredOf({ reading: { measure } }: Verdict, actual: number): string {
  if (assertable[measure] === "ns") return formatDuration(actual);
  return Number.isInteger(actual) ? formatCount(actual) : String(Number(actual.toFixed(2)));
}

function pathTexts(paths: readonly PathShare[], naming: Naming): string[] {
  return paths.map(({ path, calls, total }) => {
    const steps = path.map((step) => namedStep(step, naming));
    return `${formatCount(calls)}×, ${formatDuration(total)}: ${steps.join(" > ")}`;
  });
}

/** The name of a test as functions are shown, followed by that of the subtest. */
function shownTest(test: string, naming: Naming): string {
  const local = localTest(test);
  const [top] = local.split("/", 1);
  return naming(test.slice(0, test.length - local.length) + top) + local.slice(top.length);
}

function lines(head: string, details: readonly string[]): string {
  return [head, ...details.map((line) => `  ${line}`)].map((line) => `${printable(line)}\n`).join("");
}
