/** What a user can do about a report's limits, a sentence each. */

/** Where most of a run may have been tracing. */
export const MOSTLY_TRACING =
  "most of this run may have been tracing: --skip-inlined leaves out functions that the compiler inlines, --skip-inlined=320 larger ones too, --exclude packages";
