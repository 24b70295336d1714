/** Loads the Go grammar (the WebAssembly build of tree-sitter-go), and parses text to plain hook points. */
import { fileURLToPath } from "node:url";
import { collectHookPoints, type HookPoint, hookPointFields } from "./hook-points.js";

/** Parses a text to its hook points in source order; null if the grammar finds a syntax error. */
export type Parse = (text: string) => HookPoint[] | null;

let loading: Promise<Parse> | null = null;

/**
 * Loads the grammar (once per process) and returns a parse function. Each call frees its tree, so that the largest file
 * bounds the memory of the WebAssembly heap. Offsets are in UTF-16 units.
 *
 * @throws Error if grammar/tree-sitter-go.wasm is missing or was built for another tree-sitter
 */
export function loadGrammar(): Promise<Parse> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Parse> {
  const { Language, Parser } = await import("web-tree-sitter");
  await Parser.init();
  const language = await Language.load(fileURLToPath(new URL("../../grammar/tree-sitter-go.wasm", import.meta.url)));
  const fields = hookPointFields(language);
  const parser = new Parser();
  parser.setLanguage(language);
  return (text) => {
    // The grammar requires a terminator after the last declaration.
    const tree = parser.parse(text.endsWith("\n") ? text : `${text}\n`);
    if (tree === null) throw new Error("tree-sitter gave no tree");
    try {
      return tree.rootNode.hasError ? null : collectHookPoints(tree.rootNode, fields, text);
    } finally {
      tree.delete();
    }
  };
}
