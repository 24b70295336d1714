/** Maps stack frames to places in the user's repository, as CI tools want them: relative paths with slashes. */

/** The source position of a frame. */
export interface FramePlace {
  readonly function: string;
  /** As the compiler wrote it: absolute, or beginning with the module path (`-trimpath`). */
  readonly file: string;
  readonly line: number;
}

/** A line of a file of the repository. */
export interface Place {
  /** Relative to the repository's root, with slashes. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** Finds a frame's place in the repository; undefined for code outside it. */
export type Locate = (frame: FramePlace) => Place | undefined;

/**
 * Where a tool should point: at `site`, else at the first frame of the stack that is in the repository.
 * @param site the frame that a rule blames
 * @param stack leaf first
 */
export function placeOf(site: FramePlace | undefined, stack: readonly FramePlace[], locate: Locate): Place | undefined {
  const blamed = site && locate(site);
  if (blamed) return blamed;
  for (const frame of stack) {
    const place = locate(frame);
    if (place) return place;
  }
  return undefined;
}
