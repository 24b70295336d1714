/**
 * The trace format, version 3, as data, for the reader here and for the text form and the writer in
 * test/support/calltrace. runtime-go/ has the same tables in Go; testdata/format/golden.gotrace keeps the two in step.
 * All numbers are little-endian; all offsets are relative to the start of their process trace.
 */

export const MAGIC = "gotrace\n";
export const VERSION = 3;
/** The oldest supported version: that of gotrace 0.1.0, which lacks `parent` and `test` records and `execution` chunks. */
export const OLDEST_VERSION = 2;
export const HEADER_SIZE = 4096;
export const STRINGS_START = 160;
export const STRINGS_END = 2048;
export const SHARDS_START = 2048;
export const SHARD_COUNT = 32;
export const SHARD_STRIDE = 64;

type FieldType = "u32" | "u64" | "i64";

/** A field of the header; `offset` in bytes. */
export interface HeaderField {
  readonly name: string;
  readonly offset: number;
  readonly type: FieldType;
}

/** Fixed fields of the header, after the magic. */
export const HEADER_FIELDS = [
  { name: "version", offset: 8, type: "u32" },
  { name: "headerSize", offset: 12, type: "u32" },
  /** The allocation cursor: chunks end here. It may exceed what is in the file. */
  { name: "used", offset: 16, type: "u64" },
  /** Bit 0: ticks are a raw CPU counter; else they are nanoseconds. */
  { name: "flags", offset: 24, type: "u32" },
  { name: "stopReason", offset: 28, type: "u32" },
  { name: "stopTicks", offset: 32, type: "u64" },
  { name: "startTicks", offset: 40, type: "u64" },
  { name: "startNano", offset: 48, type: "u64" },
  { name: "startWall", offset: 56, type: "i64" },
  { name: "pairATicks", offset: 64, type: "u64" },
  { name: "pairANano", offset: 72, type: "u64" },
  { name: "pairBTicks", offset: 80, type: "u64" },
  { name: "pairBNano", offset: 88, type: "u64" },
  /** Which pair is complete: 0 none, 1 A, 2 B. */
  { name: "latest", offset: 96, type: "u32" },
  { name: "pid", offset: 100, type: "u32" },
  { name: "ppid", offset: 104, type: "u32" },
  /** Not 0: the gotrace command asks the process to take no more space. */
  { name: "halt", offset: 108, type: "u32" },
  /** When the process ended or, without `exit`, was last seen alive; 0 unknown. Filled in by the gotrace command. */
  { name: "endNano", offset: 112, type: "u64" },
  /** 0 unknown, else 1 + status; a signal n counts as status 128 + n. Filled in by the gotrace command. */
  { name: "exit", offset: 120, type: "u32" },
  /** User and system CPU time of the process; 0 unknown. Filled in by the gotrace command. */
  { name: "cpuMillis", offset: 124, type: "u32" },
  { name: "defsHead", offset: 128, type: "u64" },
  { name: "limit", offset: 136, type: "u64" },
  /**
   * The hooks' own cost in ticks / HOOK_SCALE, both 0 if not measured: the apparent duration of an empty traced call,
   * and what the call adds to its caller's self time beyond that.
   */
  { name: "hookInner", offset: 144, type: "u32" },
  { name: "hookOuter", offset: 148, type: "u32" },
  /** Size of the file; chunks lie within both this and `used`. 0 in traces of gotrace 0.1.0. */
  { name: "grown", offset: 152, type: "u64" },
  /** Offset of the control chunk, 0 for none; it lies in the unused bytes of the first shard. */
  { name: "control", offset: 2056, type: "u64" },
] as const satisfies readonly HeaderField[];

/**
 * Strings of the header, each u16 length + UTF-8 bytes, in this order from STRINGS_START on. `build` is the revision of version
 * control that the program was built from (with `+dirty` for one with changes), or the version of its module, or else the part of
 * Go's build ID that follows from the contents of the binary; "" if none is known, and in traces of gotrace 0.1.0.
 */
export const HEADER_STRINGS = ["goVersion", "platform", "executable", "directory", "build"] as const;

/** Names of stopReason, by number. */
export const STOP_REASONS = [
  "none",
  "size limit",
  "no space",
  "file size limit of the process",
  "mapping failed",
  "size limit of the run",
  /** The file is a copy of a recording that went on. */
  "snapshot",
];

export const FLAG_RAW_TICKS = 1;

/** Units of hookInner and hookOuter per tick. */
export const HOOK_SCALE = 1024;

export const CHUNK_ALIGN = 64;
export const CHUNK_HEADER = 32;
export const CHUNK_MAX = 1 << 20;
export const CHUNK_MAGIC = 0x7467;

/**
 * Kinds of chunks, by number. The gotrace command appends `note`, `execution` and `tree`; the process writes the others. It
 * has either chunks of `events` or, if it uses space again, those of `ring`. What is in `free` space means nothing.
 */
export const CHUNK_KINDS = {
  events: 1,
  defs: 2,
  note: 3,
  execution: 4,
  control: 5,
  ring: 6,
  free: 7,
  counts: 8,
  tree: 9,
} as const;

/** Offsets in the header of a chunk. */
export enum Chunk {
  magic = 0,
  kind = 2,
  size = 4,
  slot = 8,
  seq = 12,
  ticks = 16,
  /** In a chunk of definitions, `ticks` is the offset of the next one in the chain, 0 for none. */
  nano = 24,
}

/** Definitions: a fixed part, then name and file, padded with zeros to a multiple of 4. An id of 0 ends the chunk. */
export const DEFINITION = {
  fixed: 16,
  id: 0,
  kind: 4,
  nameLength: 6,
  fileLength: 8,
  line: 12,
} as const;

/** Kinds of definitions, by number. */
export const DEFINITION_KINDS = ["function", "go", "test"] as const;
