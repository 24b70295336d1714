/** Rewrites Go source text to text with hooks. Pure except for loading the grammar. */
import { loadGrammar } from "./grammar.js";
import { type Instrumented, type InstrumentOptions, rewrite } from "./rewrite.js";

export { expandMarkers } from "./markers.js";
export type { FileHead, Instrumented, InstrumentOptions, Skip } from "./rewrite.js";
export type { SiteTable } from "./snippets.js";

/** A loaded rewriter. */
export interface Instrumenter {
  /** Rewrites one file, see {@link rewrite}. @param path only its last element counts */
  instrument(source: Uint8Array, path: string, options: InstrumentOptions): Instrumented;
}

/** Loads the grammar, which takes about 20 ms once per process. @throws Error if the grammar file is missing */
export async function loadInstrumenter(): Promise<Instrumenter> {
  const parse = await loadGrammar();
  return { instrument: (source, path, options) => rewrite(source, path, options, parse) };
}
