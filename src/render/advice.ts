/** What a user can do about a report's limits, a sentence each. */

/** Where most of a run was tracing. */
export const MOSTLY_TRACING =
  "most of this run was tracing: --skip-inlined leaves out functions that the compiler inlines, which cost most of it";
