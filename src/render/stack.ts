/** A stack in one line. */
import { isStandard } from "../base/packages.js";
import { place } from "../base/place.js";

interface FrameLike {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/**
 * The frame nearest to the leaf that is not Go's own, with the place in it: `main.(*Store).Put (store.go:42)`; the leaf
 * where there is none, and "(no stack)" for an empty one.
 */
export function siteOf(stack: readonly FrameLike[]): string {
  const frame = stack.find((one) => !isStandard(one)) ?? stack[0];
  return frame ? place(frame) : "(no stack)";
}

/** A start function; those that are not known have a name, too. */
export function functionName(name: string): string {
  return name || "(start not known)";
}
