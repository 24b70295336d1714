/** The Go grammar: loading the WebAssembly build of tree-sitter-go, and parsing text to plain sites. */
import { fileURLToPath } from "node:url";
import { collectHookPoints, type HookPoint, hookPointFields } from "./hook-points.js";

/** What one parse yields: the sites in source order, or null where the grammar found a syntax error. */
export type Parse = (text: string) => HookPoint[] | null;

let loading: Promise<Parse> | null = null;

/**
 * Loads the grammar (once per process) and returns a parse function. A tree lives only during one call, so that the memory
 * of the WebAssembly heap is bounded by the largest file. Indexes are UTF-16 units.
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
    // The grammar wants a terminator after the last declaration.
    const tree = parser.parse(text.endsWith("\n") ? text : `${text}\n`);
    if (tree === null) throw new Error("tree-sitter gave no tree");
    try {
      return tree.rootNode.hasError ? null : collectHookPoints(tree.rootNode, fields);
    } finally {
      tree.delete();
    }
  };
}
