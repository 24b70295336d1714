/**
 * Comments that ask for a snapshot of the ring: `//gotrace:dump` on a line of its own, before a statement. A call of the
 * runtime is inserted before the comment, on the same line.
 */
import type { Node } from "web-tree-sitter";

/** The text of the comment. gofmt leaves it as it is, as all directives. */
export const DUMP = "//gotrace:dump";

/** Why a comment is ignored. */
export const MISPLACED = "it must stand on a line of its own, before a statement of a function that is traced";

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
