/** The notes of a trace that hold the functions which its build traced. */

import { type TracedSet, unpackTraced } from "../../build/traced-set.js";
import type { Note } from "../../calltrace/index.js";

/** The notes that hold a set. */
export function tracedNotes(set: TracedSet): Note[] {
  return set.map((piece, index) => ({ traced: piece, piece: index, of: set.length }));
}

/**
 * The names that the notes of a process hold; none where it was not recorded by a gotrace that knew them.
 * @param notes in the order in which they were written
 */
export function tracedNames(notes: readonly Note[]): string[] {
  const pieces = notes.filter(({ traced }) => typeof traced === "string");
  if (pieces.length === 0 || pieces.length !== pieces[0].of) return [];
  return unpackTraced(pieces.map(({ traced }) => traced as string));
}
