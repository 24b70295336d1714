/** Finds hook points in a syntax tree: functions and go statements, as plain offsets. */
import type { Language, Node } from "web-tree-sitter";

/**
 * The construct. `timer` is an argument of time.AfterFunc or context.AfterFunc (see timers.ts). `type` is a function type:
 * it gets no hook, but accounts for a `func` keyword.
 */
type HookPointKind = "declaration" | "literal" | "go" | "timer" | "type";

/** A construct in the text that may get a hook; offsets are in UTF-16 units. */
export interface HookPoint {
  readonly kind: HookPointKind;
  readonly start: number;
  readonly end: number;
  /** Offset of the body's `{`; -1 without a body. */
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

/** Field numbers of the grammar that {@link collectHookPoints} needs, looked up once. */
export interface HookPointFields {
  readonly body: number;
}

/** Looks up the field numbers. @throws Error if the grammar has no `body` field */
export function hookPointFields(language: Language): HookPointFields {
  const body = language.fieldIdForName("body");
  if (body === null) throw new Error("the Go grammar has no field `body`");
  return { body };
}

/** All hook points below a node in source order, outer before inner. */
export function collectHookPoints(root: Node, fields: HookPointFields): HookPoint[] {
  return root.descendantsOfType(types).map((node) => {
    const kind = kinds.get(node.type)!;
    const body = kind === "declaration" || kind === "literal" ? node.childForFieldId(fields.body) : null;
    return { kind, start: node.startIndex, end: node.endIndex, open: body === null ? -1 : body.startIndex };
  });
}

/** The hook points with all offsets increased by `by`. */
export function shiftHookPoints(sites: readonly HookPoint[], by: number): HookPoint[] {
  return sites.map(({ kind, start, end, open }) => ({
    kind,
    start: start + by,
    end: end + by,
    open: open < 0 ? open : open + by,
  }));
}
