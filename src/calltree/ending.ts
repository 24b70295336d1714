/** How a call ended. */
export const Ending = {
  return: 0,
  /** Left by a panic. */
  panic: 1,
  /** Left by runtime.Goexit. */
  goexit: 2,
  /** Never returned, as far as the trace goes. */
  running: 3,
  /** Returned although a panic ran through it. */
  recovered: 4,
} as const;

export type Ending = (typeof Ending)[keyof typeof Ending];
