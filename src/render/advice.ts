/** Advice to users about a report's limits, one sentence each. */

/** For runs in which most of the time may have been tracing. */
export const MOSTLY_TRACING =
  "most of this run may have been tracing: --skip-inlined leaves out functions that the compiler inlines, --skip-inlined=320 larger ones too, --exclude packages";
