/** Finds hook points in a syntax tree: functions, go statements and comments that ask for a snapshot, as plain offsets. */
import type { Language, Node } from "web-tree-sitter";
import { argumentOf, DUMP, isBeforeStatement, isValid } from "./dumps.js";

/**
 * The construct. `timer` is an argument of time.AfterFunc or context.AfterFunc (see timers.ts). `type` is a function type:
 * it gets no hook, but accounts for a `func` keyword. `dump` is a comment that asks for a snapshot (see dumps.ts), `misplaced`
 * one at which nothing can be inserted.
 */
type HookPointKind = "declaration" | "literal" | "go" | "timer" | "type" | "dump" | "misplaced";

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

/** All hook points below a node in source order, outer before inner. @param text what the tree was made from */
export function collectHookPoints(root: Node, fields: HookPointFields, text: string): HookPoint[] {
  const wanted = text.includes(DUMP) ? [...types, "comment"] : types;
  return root.descendantsOfType(wanted).flatMap((node): HookPoint[] => {
    const { startIndex: start, endIndex: end } = node;
    if (node.type === "comment") {
      const argument = argumentOf(text.slice(start, end));
      if (argument === undefined) return [];
      return [
        { kind: isValid(argument) && isBeforeStatement(node, text) ? "dump" : "misplaced", start, end, open: -1 },
      ];
    }
    const kind = kinds.get(node.type)!;
    const body = kind === "declaration" || kind === "literal" ? node.childForFieldId(fields.body) : null;
    return [{ kind, start, end, open: body === null ? -1 : body.startIndex }];
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
