/** Places in the user's repository, as other tools want them: relative, with slashes. */

/** What a frame says about its place. */
export interface FramePlace {
  readonly function: string;
  /** As the compiler wrote it: absolute, or with the module's path in front (`-trimpath`). */
  readonly file: string;
  readonly line: number;
}

/** A line of a file of the repository. */
export interface Place {
  /** Relative to the repository's root, with slashes. */
  readonly path: string;
  /** From 1 on. */
  readonly line: number;
}

/** Finds the place of a frame in the repository; undefined for code that is not in it. */
export type Locate = (frame: FramePlace) => Place | undefined;

/**
 * Where a tool should point at: at the site, or else at the first frame of the stack that is in the repository.
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
