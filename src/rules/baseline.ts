/** Reads and writes baseline files: known findings that shall not fail a build again. */
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import type { Finding } from "./finding.js";

const VERSION = 1;

/** The text of a baseline file: one entry for each finding, sorted, with what people need to recognize it. */
export function baselineText(findings: Iterable<Finding>): string {
  const known = new Map<string, { fingerprint: string; rule: string; function?: string; title: string }>();
  for (const { fingerprint, rule, site, goroutineFunction, title } of findings) {
    const name = site?.function ?? goroutineFunction;
    known.set(fingerprint, { fingerprint, rule, ...(name && { function: name }), title });
  }
  const sorted = [...known.values()].sort((a, b) => compare(a.rule, b.rule) || compare(a.fingerprint, b.fingerprint));
  return `${JSON.stringify({ version: VERSION, findings: sorted }, undefined, 2)}\n`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The fingerprints in a baseline file.
 *
 * @param path of the file, for messages
 * @throws UserError when it is not a valid baseline
 */
export function parseBaseline(text: string, path: string): Set<string> {
  const fail = (reason: string) =>
    new UserError(
      `${path} is not a valid baseline: ${reason}`,
      "write it with 'gotrace analyze --write-baseline FILE'",
      ExitCode.data,
    );
  let value: { version?: unknown; findings?: unknown };
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(messageOf(error));
  }
  if (typeof value !== "object" || value === null || !Array.isArray(value.findings)) throw fail("it holds no findings");
  if (value.version !== VERSION) throw fail(`it has version ${value.version}, this gotrace knows ${VERSION}`);
  return new Set(
    value.findings.map((entry: { fingerprint?: unknown } | null, index) => {
      if (typeof entry?.fingerprint !== "string") throw fail(`entry ${index + 1} has no fingerprint`);
      return entry.fingerprint;
    }),
  );
}
