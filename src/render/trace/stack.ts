/** Short texts for stacks, given names and start functions in the tables of execution traces. */
import { ownFrame } from "../../base/packages.js";
import { place } from "../../base/place.js";

interface FrameLike {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/**
 * The most relevant frame of a stack, with its position: `main.(*Store).Put (store.go:42)`; "(no stack)" for an empty
 * stack.
 */
export function siteOf(stack: readonly FrameLike[]): string {
  const frame = ownFrame(stack);
  return frame ? place(frame) : "(no stack)";
}

/** A name that the program gave to a task, region or log; it may be empty. */
export function givenName(name: string): string {
  return name === "" ? "(empty name)" : name;
}

/** A goroutine's start function, with a stand-in if it is unknown. */
export function functionName(name: string): string {
  return name || "(start not known)";
}
