/** Builds call trees from traces, for tests and scripts that need nothing else of a recording. */
import type { ByteSource } from "../../../src/calltrace/index.js";
import { type CallForest, type ForestOptions, replayTraces } from "../../../src/calltree/index.js";

/** The forest of {@link replayTraces}. */
export function buildForest(sources: ByteSource | readonly ByteSource[], options: ForestOptions = {}): CallForest {
  return replayTraces(sources, options).forest;
}
