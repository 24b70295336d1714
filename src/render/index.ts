/** Call trees as text: for people, for flame graphs, for programs. Nothing here opens files or prints. */
export { type FoldedOptions, type FoldedUnit, renderFolded } from "./folded.js";
export { type JsonOptions, renderJson } from "./json.js";
export { type Measure, measureFor } from "./style.js";
export { renderTree, type TreeTextOptions } from "./tree.js";
