/** A stack in one line. */
import { ownFrame } from "../../base/packages.js";
import { place } from "../../base/place.js";

interface FrameLike {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** The frame that says most, with the place in it: `main.(*Store).Put (store.go:42)`; "(no stack)" for an empty stack. */
export function siteOf(stack: readonly FrameLike[]): string {
  const frame = ownFrame(stack);
  return frame ? place(frame) : "(no stack)";
}

/** A name that a program gave to something; it may be empty. */
export function givenName(name: string): string {
  return name === "" ? "(empty name)" : name;
}

/** A start function; those that are not known have a name as well. */
export function functionName(name: string): string {
  return name || "(start not known)";
}
