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
] as const satisfies readonly HeaderField[];

/** Strings of the header, each u16 length + UTF-8 bytes, in this order from STRINGS_START on. */
export const HEADER_STRINGS = ["goVersion", "platform", "executable", "directory"] as const;

/** Names of stopReason, by number. */
export const STOP_REASONS = [
  "none",
  "size limit",
  "no space",
  "file size limit of the process",
  "mapping failed",
  "size limit of the run",
];

export const FLAG_RAW_TICKS = 1;

/** Units of hookInner and hookOuter per tick. */
export const HOOK_SCALE = 1024;

export const CHUNK_ALIGN = 64;
export const CHUNK_HEADER = 32;
export const CHUNK_MAX = 1 << 20;
export const CHUNK_MAGIC = 0x7467;

/** Kinds of chunks, by number. The process writes `events` and `defs`; the gotrace command appends the others. */
export const CHUNK_KINDS = { events: 1, defs: 2, note: 3, execution: 4 } as const;

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

/** How the first 16 bits of a record divide. */
export enum Head {
  tagBits = 3,
  tagMask = 7,
  /** Of the type of a control record, above the tag. */
  typeMask = 31,
  /** Where `arg` of a control record begins. */
  arg = 8,
}

/** Low bits of a record's first byte, see {@link Head}. 6 is not used; 0 means that nothing was written yet. */
export enum Tag {
  end = 0,
  exit2 = 1,
  exit4 = 2,
  enter4 = 3,
  enter6 = 4,
  enter8 = 5,
  control = 7,
}

/** The other bits of the first byte of a control record. */
export enum Control {
  sync = 1,
  begin = 2,
  spawn = 3,
  exitPanic = 4,
  exitGoexit = 5,
  exitDeferred = 6,
  parent = 7,
  test = 8,
}

/** Where the fields of control records begin, in units of 16 bits; `sync` and `spawn` have places of their own. */
export enum Place {
  delta = 1,
  goid = 3,
  parentGoid = 6,
  spawnRef = 9,
  test = 12,
}

export enum SyncPlace {
  ticks = 1,
  nano = 5,
}

export enum SpawnPlace {
  site = 3,
}

/** One bit field of a record: `bits` bits starting at bit `from` of the record, read as one little-endian number. */
interface RecordField {
  readonly name: string;
  readonly from: number;
  readonly bits: number;
}

/** The layout of one kind of record. */
export interface RecordSpec {
  readonly name: string;
  readonly tag: Tag;
  /** For control records only. */
  readonly type?: Control;
  readonly bytes: number;
  readonly fields: readonly RecordField[];
}

const DELTA32: RecordField = { name: "delta", from: Place.delta * 16, bits: 32 };
const ARG: RecordField = { name: "arg", from: Head.arg, bits: 8 };
/** The fields that identify a goroutine and its parent. */
const START: readonly RecordField[] = [
  ARG,
  DELTA32,
  { name: "goid", from: Place.goid * 16, bits: 48 },
  { name: "parentGoid", from: Place.parentGoid * 16, bits: 48 },
];
/** `spawnRef`: offset of the spawn record divided by 2; 0 none. */
const BEGIN: readonly RecordField[] = [...START, { name: "spawnRef", from: Place.spawnRef * 16, bits: 48 }];

/** All records. `delta` is ticks since the previous record of the slot. */
export const RECORDS: readonly RecordSpec[] = [
  { name: "exit2", tag: Tag.exit2, bytes: 2, fields: [{ name: "delta", from: Head.tagBits, bits: 13 }] },
  { name: "exit4", tag: Tag.exit4, bytes: 4, fields: [{ name: "delta", from: Head.tagBits, bits: 29 }] },
  {
    name: "enter4",
    tag: Tag.enter4,
    bytes: 4,
    fields: [
      { name: "id", from: Head.tagBits, bits: 12 },
      { name: "delta", from: 15, bits: 17 },
    ],
  },
  {
    name: "enter6",
    tag: Tag.enter6,
    bytes: 6,
    fields: [
      { name: "id", from: Head.tagBits, bits: 20 },
      { name: "delta", from: 23, bits: 25 },
    ],
  },
  {
    name: "enter8",
    tag: Tag.enter8,
    bytes: 8,
    fields: [
      { name: "id", from: Head.tagBits, bits: 32 },
      { name: "delta", from: 35, bits: 29 },
    ],
  },
  {
    name: "sync",
    tag: Tag.control,
    type: Control.sync,
    bytes: 18,
    fields: [
      ARG,
      { name: "ticks", from: SyncPlace.ticks * 16, bits: 64 },
      { name: "nano", from: SyncPlace.nano * 16, bits: 64 },
    ],
  },
  {
    name: "begin",
    tag: Tag.control,
    type: Control.begin,
    bytes: 24,
    fields: BEGIN,
  },
  {
    name: "spawn",
    tag: Tag.control,
    type: Control.spawn,
    bytes: 10,
    fields: [ARG, DELTA32, { name: "site", from: SpawnPlace.site * 16, bits: 32 }],
  },
  // `arg` of exits: the number of panics and Goexits that were running deferred calls at function entry, at most 255.
  { name: "exitPanic", tag: Tag.control, type: Control.exitPanic, bytes: 6, fields: [ARG, DELTA32] },
  { name: "exitGoexit", tag: Tag.control, type: Control.exitGoexit, bytes: 6, fields: [ARG, DELTA32] },
  // A normal return whose `arg` is not 0.
  { name: "exitDeferred", tag: Tag.control, type: Control.exitDeferred, bytes: 6, fields: [ARG, DELTA32] },
  // The parent of a goroutine that has not begun yet, and may never do so if it runs only untraced code.
  {
    name: "parent",
    tag: Tag.control,
    type: Control.parent,
    bytes: 18,
    fields: START,
  },
  // A begin record of a goroutine that runs a test of package testing; `test` is the id of the test's name.
  {
    name: "test",
    tag: Tag.control,
    type: Control.test,
    bytes: 28,
    fields: [...BEGIN, { name: "test", from: Place.test * 16, bits: 32 }],
  },
];

/** By tag: length of a record in 16-bit units; 0 for tags without a fixed length (end, reserved, control). */
export const RECORD_UNITS = new Uint8Array(Head.tagMask + 1);
/** By type of control record: its length in 16-bit units, 0 for an unknown type. */
export const CONTROL_UNITS = new Uint8Array(Head.typeMask + 1);
for (const { tag, type, bytes } of RECORDS) {
  if (tag === Tag.control) CONTROL_UNITS[type ?? 0] = bytes / 2;
  else RECORD_UNITS[tag] = bytes / 2;
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
