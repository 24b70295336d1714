/** Stores the names of all traced functions in the notes of a trace, and reads them back. */

import { type TracedSet, unpackTraced } from "../../build/traced-set.js";
import type { Note } from "../../calltrace/index.js";

/** Splits a set of functions into notes. */
export function tracedNotes(set: TracedSet): Note[] {
  return set.map((piece, index) => ({ traced: piece, piece: index, of: set.length }));
}

/**
 * The names of the traced functions from the notes of a process; empty if the trace comes from an older gotrace.
 * @param notes in the order in which they were written
 */
export function tracedNames(notes: readonly Note[]): string[] {
  const pieces = notes.filter(({ traced }) => typeof traced === "string");
  if (pieces.length === 0 || pieces.length !== pieces[0].of) return [];
  return unpackTraced(pieces.map(({ traced }) => traced as string));
}
