/** Assertions that do not hold, and those of which there is something to know. */
import { fullNames, type Naming } from "../base/names.js";
import { printable } from "../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import { assertable, namedStep, type PathShare, type Verdict } from "../callstats/index.js";
import { localTest } from "../calltree/index.js";

/** Failures of an assertion that are told one by one. */
const TOLD = 10;

/** What there is to say, a piece of some lines each. */
export function* verdictLines(verdicts: readonly Verdict[], naming: Naming = fullNames): Generator<string> {
  for (const assertion of new Set(verdicts.map((verdict) => verdict.assertion))) {
    const own = verdicts.filter((verdict) => verdict.assertion === assertion);
    const texts = own
      .map((verdict) => failureText(verdict, naming) ?? noteText(verdict))
      .filter((text) => text !== undefined);
    yield* texts.slice(0, TOLD);
    const more = texts.length - TOLD;
    if (more > 0) yield `assertion failed: ${assertion.expression}: in ${formatNumberOf(more, "more test")}\n`;
    const { calls, paths } = own[0]!.outside;
    if (calls > 0) {
      const what = `${formatNumberOf(calls, "call")} of ${assertion.functions.text} ${calls === 1 ? "belongs" : "belong"} to no test`;
      yield printableLines([`assertion ${assertion.expression}: ${what}\n`, ...pathLines(paths, naming)]);
    }
  }
}

/** A line for each failure, with the paths that make up most of it; undefined for what holds. */
function failureText(verdict: Verdict, naming: Naming): string | undefined {
  if (verdict.ok && verdict.unknown === undefined) return undefined;
  const { assertion, test, actual, runs, near, paths } = verdict;
  const { expression, measure, functions } = assertion;
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  if (verdict.unknown === "function") {
    return printableLines([
      `assertion failed: ${expression}: no traced function is called ${functions.text}${hint}\n`,
      "  correct the name, or pass --assert-unknown=ok if it may be missing\n",
    ]);
  }
  if (runs === 0) {
    const why = verdict.unknown === "test" ? "no test has that name" : "no test of that name was run";
    return printableLines([`assertion failed: ${expression}: ${why}${hint}\n`]);
  }
  const where = test === undefined || assertion.test?.text === test ? "" : ` in ${shownTest(test, naming)}`;
  const of = runs > 1 ? ` (mean of ${formatCount(runs)} runs)` : "";
  const what =
    actual === undefined
      ? `${functions.text} was not called${hint}`
      : `${measure} is ${measuredOf(verdict, actual)}${of}${verdict.calls === 0 && hint ? hint : ""}`;
  const lines = pathLines(paths, naming);
  return printableLines([`assertion failed: ${expression}${where}: ${what}\n`, ...lines]);
}

/** What to know of an assertion that holds because nothing was called; undefined if there is nothing. */
function noteText({ assertion, ok, calls, near, test }: Verdict): string | undefined {
  if (!ok || calls > 0 || test !== undefined) return undefined;
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return printableLines([`assertion ${assertion.expression}: no traced function of that name was called${hint}\n`]);
}

function measuredOf({ assertion: { measure } }: Verdict, actual: number): string {
  if (assertable[measure] === "ns") return formatDuration(actual);
  return Number.isInteger(actual) ? formatCount(actual) : String(Number(actual.toFixed(2)));
}

function pathLines(paths: readonly PathShare[], naming: Naming): string[] {
  return paths.map(({ path, calls, total }) => {
    const steps = path.map((step) => namedStep(step, naming));
    return `  ${formatCount(calls)}×, ${formatDuration(total)}: ${steps.join(" > ")}\n`;
  });
}

/** A subtest under the name of its test, shown as functions are. */
function shownTest(test: string, naming: Naming): string {
  const local = localTest(test);
  const [top] = local.split("/", 1);
  return naming(test.slice(0, test.length - local.length) + top) + local.slice(top!.length);
}

function printableLines(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line.slice(0, -1))}\n`).join("");
}
