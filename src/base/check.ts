/**
 * Checks on the calls of a run (assertions, call changes, completeness) and their outcomes, for CI formats such as
 * SARIF and JUnit.
 */
import type { FramePlace } from "./locate.js";

/** A check and its outcome. */
export interface Check {
  /** The rule in SARIF, the class in JUnit. */
  readonly kind: "Assertion" | "CallChange" | "CompleteTrace";
  /** The condition: `TestLogin: db.Query.calls <= 3`. */
  readonly name: string;
  /** `skipped`: it could not be judged; `noted`: it holds, with a remark in `message`. */
  readonly outcome: "passed" | "failed" | "skipped" | "noted";
  /** What was found, in one line; "" if there is nothing to report. */
  readonly message: string;
  /** The call paths that contribute most. */
  readonly details: readonly string[];
  /** The function in question; undefined if it was not called. */
  readonly place: FramePlace | undefined;
}

/** Headings for failed checks of each kind. */
export const titles: Readonly<Record<Check["kind"], string>> = {
  Assertion: "Assertion failed",
  CallChange: "Calls changed",
  CompleteTrace: "Calls are missing",
};
