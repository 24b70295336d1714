/** How a call ended. */
export const Ending = {
  return: 0,
  /** Ended by a panic. */
  panic: 1,
  /** Ended by runtime.Goexit. */
  goexit: 2,
  /** Still open at the end of the trace. */
  running: 3,
  /** Returned normally after a panic reached it. */
  recovered: 4,
} as const;

export type Ending = (typeof Ending)[keyof typeof Ending];
