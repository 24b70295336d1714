/** What must hold for the calls of a run, and what became of it: for every format that CI systems show. */
import type { FramePlace } from "./locate.js";

/** Something that must hold for calls. */
export interface Check {
  /** What kind of thing it is: the rule of SARIF, the class of JUnit. */
  readonly kind: "Assertion" | "CallChange" | "CompleteTrace";
  /** What must hold: `TestLogin: db.Query.calls <= 3`. */
  readonly name: string;
  /** `skipped`: it could not be judged; `noted`: it holds, and there is something to know. */
  readonly outcome: "passed" | "failed" | "skipped" | "noted";
  /** What is, in a line; "" where there is nothing to say. */
  readonly message: string;
  /** Call paths that make up most of it. */
  readonly details: readonly string[];
  /** The function that it is about, where it was called. */
  readonly place: FramePlace | undefined;
}

export const titles: Readonly<Record<Check["kind"], string>> = {
  Assertion: "Assertion failed",
  CallChange: "Calls changed",
  CompleteTrace: "Calls are missing",
};
