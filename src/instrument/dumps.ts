/**
 * Comments that ask for a snapshot of the ring: `//gotrace:dump` or `//gotrace:dump NAME` on a line of its own, before a
 * statement. A call of the runtime is inserted before the comment, on the same line. NAME is a string variable that is in
 * scope there; it gets the path of the snapshot.
 */
import type { Node } from "web-tree-sitter";

/** How the comment begins. gofmt leaves it as it is, as all directives. */
export const DUMP = "//gotrace:dump";

/** Names that no variable has. */
const keywords =
  /^(_|break|case|chan|const|continue|default|defer|else|fallthrough|for|func|go|goto|if|import|interface|map|package|range|return|select|struct|switch|type|var)$/;

/** What follows `//gotrace:dump` in a comment, "" if nothing does; undefined for any other comment. */
export function argumentOf(comment: string): string | undefined {
  const rest = comment.startsWith(DUMP) ? comment.slice(DUMP.length) : "?";
  return /^\s/.test(rest) || rest === "" ? rest.trim() : undefined;
}

/** Whether an argument is empty or may be the name of a variable. */
export function isValid(argument: string): boolean {
  return argument === "" || (/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(argument) && !keywords.test(argument));
}

/** Why a comment with this argument is ignored where it stands. */
export function whyIgnored(argument: string): string {
  return isValid(argument)
    ? "it must stand on a line of its own, before a statement of a function that is traced"
    : "only the name of a string variable may follow it";
}

/** Nodes whose children are statements; those of cases are so after the colon. */
const blocks: ReadonlySet<string> = new Set(["block", "statement_list"]);
const cases: ReadonlySet<string> = new Set(["expression_case", "type_case", "communication_case", "default_case"]);

/**
 * Whether a statement may stand where a comment begins. It may not after the last statement of a block: a function must end
 * with a terminating statement if it has results.
 */
export function isBeforeStatement(comment: Node, text: string): boolean {
  const { parent, startIndex } = comment;
  if (parent === null || !/(^|\n)[ \t]*$/.test(text.slice(0, startIndex))) return false;
  let next = comment.nextNamedSibling;
  while (next?.type === "comment") next = next.nextNamedSibling;
  if (next === null) return false;
  if (blocks.has(parent.type)) return true;
  if (!cases.has(parent.type)) return false;
  for (let before = comment.previousSibling; before !== null; before = before.previousSibling) {
    if (before.type === ":") return true;
  }
  return false;
}
