/** The call trace format: opening traces, decoding records, and the changes gotrace makes to a trace. */
export type { Begin } from "./beginning.js";
export { type SnapshotCause, STOP_SNAPSHOT, snapshotCause } from "./cause.js";
export { readChunkHead, readChunkHeadAt, snapshotIn } from "./chunk-head.js";
export { ChunkReader } from "./chunk-reader.js";
export { type ChunkTable, chunkAt, truncateTable } from "./chunk-table.js";
export type { Problem } from "./chunks.js";
export { type Control, readControl, readHowRecorded } from "./control.js";
export { type Definition, type Definitions, ID_LIMIT, readDefinitions } from "./definitions.js";
export { isGivenBack, keptParts } from "./given-back.js";
export { GrowingReader, GrowingTrace } from "./growing.js";
export {
  type HookCost,
  hasMagic,
  headerClock,
  type ProcessInfo,
  processInfo,
  type RawHeader,
  readHeader,
} from "./header.js";
export { namedLeftOut } from "./left-out.js";
export { encodeNote, type Note } from "./notes.js";
export {
  bundlePatches,
  endPatches,
  executionPatches,
  givePatches,
  haltPatch,
  notePatches,
  type Patch,
  type Range,
  treePatches,
} from "./patch.js";
export { type DecoderState, EIGHTHS, isEnter, Kind, RecordDecoder, Status } from "./records.js";
export { copyRing, usesSpaceAgain } from "./ring-copy.js";
export { fitsControl, type SettingsChange, settingsPatches } from "./settings.js";
export { MAX_PARENTS, type RecordMap, Skimmer } from "./skim.js";
export { type ByteSource, readBytes, sliceSource } from "./source.js";
export { CHUNK_ALIGN, CHUNK_HEADER, CHUNK_KINDS, CHUNK_MAX, HEADER_SIZE } from "./spec.js";
export { CONTROL_UNITS, Head, RECORD_UNITS, RECORDS, Tag } from "./spec-records.js";
export { GATES, GIVE, RING_HEADER } from "./spec-ring.js";
export { type OpenedProcess, openTrace, type ProcessTrace, type Trace } from "./trace.js";
export { Window } from "./window.js";
