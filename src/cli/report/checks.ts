/** Writes the outcome of assertions and thresholds in the formats of CI systems. */

import type { Check } from "../../base/check.js";
import { checksGithub, checksMarkdown } from "../../export/ci/check-comments.js";
import { checksJunit, checksSarif } from "../../export/ci/check-reports.js";
import { verdictChecks } from "../../render/numbers/verdicts.js";
import { fallbackFile, locator, repositoryRoot } from "../analyze/places.js";
import type { CheckFormat } from "../options.js";
import { packageVersion } from "../version.js";
import type { Judged } from "./assertions.js";

/** The outcome of a gate, one check per assertion, and a failed one if calls are missing. */
export function judgedChecks({ verdicts, passedOver, missing, naming }: Judged): Check[] {
  const plain = { details: [], place: undefined };
  return [
    ...verdictChecks(verdicts, naming),
    ...passedOver.map(
      ({ expression }): Check => ({
        ...{ kind: "Assertion", name: expression, outcome: "skipped" },
        ...{ message: "it names nothing that this run traced", ...plain },
      }),
    ),
    ...(missing === undefined
      ? []
      : [
          {
            kind: "CompleteTrace",
            name: "the trace has all calls",
            outcome: "failed",
            message: missing,
            ...plain,
          } as const,
        ]),
  ];
}

/**
 * Renders checks in a format.
 * @param of what was checked: its name, and how long it ran in nanoseconds
 * @param cwd places of functions are relative to the repository around it
 */
export function renderChecks(
  format: CheckFormat,
  checks: readonly Check[],
  of: { readonly name: string; readonly time: number },
  cwd: string,
): Iterable<string> {
  const root = repositoryRoot(cwd);
  const locate = locator(root, cwd);
  switch (format) {
    case "github":
      return checksGithub(checks, locate);
    case "markdown":
      return [checksMarkdown(checks, locate)];
    case "junit":
      return checksJunit(checks, { ...of, locate });
    case "sarif":
      return checksSarif(checks, { locate, fallback: fallbackFile(cwd, root), version: packageVersion() });
  }
}
