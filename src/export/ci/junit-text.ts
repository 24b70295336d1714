/** Writes JUnit XML, for findings and checks alike. Texts must be printable. */
import type { Place } from "../../base/locate.js";
import { escapeXml } from "../../base/xml.js";

export interface Case {
  readonly name: string;
  readonly classname: string;
  /** Nanoseconds. */
  readonly time: number;
  readonly place?: Place | undefined;
  /** Present if the case failed. */
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  /** Present if the case was not judged: the reason. */
  readonly skipped?: string;
  readonly output?: string;
}

export interface Suite {
  readonly name: string;
  /** Nanoseconds. */
  readonly time: number;
  /** Wall clock, nanoseconds since 1970. */
  readonly start?: bigint | undefined;
  readonly cases: readonly Case[];
  readonly warning?: string | undefined;
}

/** One document, in pieces. Times are in seconds. */
export function* junitDocument(suites: readonly Suite[]): Generator<string> {
  const all = suites.flatMap((suite) => suite.cases);
  const time = suites.reduce((sum, suite) => sum + suite.time, 0);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
  yield `<testsuites${attributes({ name: "gotrace", ...counts(all), time: seconds(time) })}>\n`;
  for (const { name, cases, start, warning, ...suite } of suites) {
    const timestamp = start === undefined ? {} : { timestamp: isoSeconds(start) };
    yield `  <testsuite${attributes({ name, ...counts(cases), time: seconds(suite.time), ...timestamp })}>\n`;
    for (const entry of cases) yield caseText(entry);
    if (warning !== undefined) yield `    <system-err>${escapeXml(warning)}</system-err>\n`;
    yield "  </testsuite>\n";
  }
  yield "</testsuites>\n";
}

function caseText({ name, classname, time, place, failure, skipped, output }: Case): string {
  const at = place ? { file: place.path, line: place.line } : {};
  const head = `    <testcase${attributes({ name, classname, time: seconds(time), ...at })}`;
  if (failure) {
    const { message, type, text } = failure;
    return `${head}>\n      <failure${attributes({ message, type })}>${escapeXml(text)}</failure>\n    </testcase>\n`;
  }
  if (skipped !== undefined) return `${head}>\n      <skipped${attributes({ message: skipped })}/>\n    </testcase>\n`;
  if (output !== undefined) return `${head}>\n      <system-out>${escapeXml(output)}</system-out>\n    </testcase>\n`;
  return `${head}/>\n`;
}

function counts(cases: readonly Case[]): Record<string, number> {
  const number = (of: "failure" | "skipped") => cases.filter((entry) => entry[of] !== undefined).length;
  return { tests: cases.length, failures: number("failure"), errors: 0, skipped: number("skipped") };
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value), true)}"`)
    .join("");
}

/** Nanoseconds as seconds without an exponent. */
function seconds(ns: number): string {
  return (ns / 1e9).toFixed(9).replace(/0{1,6}$/, "");
}

/** ISO 8601 without fraction, as the JUnit schema requires. */
function isoSeconds(wall: bigint): string {
  return new Date(Number(wall / 1_000_000n)).toISOString().slice(0, 19);
}
