/** From a syntax tree to plain numbers: where functions and go statements stand. */
import type { Language, Node } from "web-tree-sitter";

/** What a site is. `timer` (see timers.ts) is an argument of time.AfterFunc; `type` is a function type: nothing is inserted there, but it owns a `func` keyword. */
type HookPointKind = "declaration" | "literal" | "go" | "timer" | "type";

/** One construct in the text; offsets are UTF-16 units. */
export interface HookPoint {
  readonly kind: HookPointKind;
  readonly start: number;
  readonly end: number;
  /** Offset of the body's `{`; -1 for a go statement, a function type, a function without a body. */
  readonly open: number;
}

const kinds = new Map<string, HookPointKind>([
  ["function_declaration", "declaration"],
  ["method_declaration", "declaration"],
  ["func_literal", "literal"],
  ["go_statement", "go"],
  ["function_type", "type"],
]);
const types = [...kinds.keys()];

/** Grammar numbers that collectSites needs, looked up once per language. */
export interface HookPointFields {
  readonly body: number;
}

/** Looks up the field numbers. @throws Error if the grammar has no `body` field */
export function hookPointFields(language: Language): HookPointFields {
  const body = language.fieldIdForName("body");
  if (body === null) throw new Error("the Go grammar has no field `body`");
  return { body };
}

/** All sites beneath a node, outer before inner, in source order. */
export function collectHookPoints(root: Node, fields: HookPointFields): HookPoint[] {
  return root.descendantsOfType(types).map((node) => {
    const kind = kinds.get(node.type)!;
    const body = kind === "declaration" || kind === "literal" ? node.childForFieldId(fields.body) : null;
    return { kind, start: node.startIndex, end: node.endIndex, open: body === null ? -1 : body.startIndex };
  });
}

/** The same sites, `by` units further on. */
export function shiftHookPoints(sites: readonly HookPoint[], by: number): HookPoint[] {
  return sites.map(({ kind, start, end, open }) => ({
    kind,
    start: start + by,
    end: end + by,
    open: open < 0 ? open : open + by,
  }));
}
