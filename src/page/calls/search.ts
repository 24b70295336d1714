/** Searches functions by name. */
import type { CallModel } from "./model.js";

/** The result of a search. */
export interface Search {
  /** By function: 1 if it matches. */
  readonly matches: Uint8Array;
  readonly functions: number;
  /** What is wrong with the expression, if it had to be taken literally. */
  readonly problem: string | undefined;
}

/**
 * Finds functions whose names match a regular expression; ignores case unless the expression has a capital letter.
 * @param used whether to search a function; excludes go statements
 * @returns undefined for an empty text
 */
export function searchFunctions(model: CallModel, text: string, used: (func: number) => boolean): Search | undefined {
  if (text === "") return undefined;
  const flags = /\p{Lu}/u.test(text) ? "u" : "iu";
  let pattern: RegExp;
  let problem: string | undefined;
  try {
    pattern = new RegExp(text, flags);
  } catch (error) {
    problem = (error as Error).message.replace(/^Invalid regular expression: /, "");
    pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), flags);
  }
  const matches = new Uint8Array(model.size);
  let functions = 0;
  for (let func = 0; func < model.size; func++) {
    if (!used(func) || !pattern.test(model.name(func))) continue;
    matches[func] = 1;
    functions++;
  }
  return { matches, functions, problem };
}
