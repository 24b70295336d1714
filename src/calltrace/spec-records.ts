/** The records of the trace format, as data; see spec.ts. */

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
  /** Only in snapshots: the goroutine that the slot runs. */
  resume = 9,
  /** Only in snapshots: a frame that is open. */
  frame = 10,
  /** The enter of a call that began while recording was paused, when that was over. */
  late = 11,
}

/** Where the fields of control records begin, in units of 16 bits; `sync` and `spawn` have places of their own. */
export enum Place {
  delta = 1,
  goid = 3,
  parentGoid = 6,
  spawnRef = 9,
  test = 12,
}

/** Of `resume`, behind those that it shares with `test`. */
export enum ResumePlace {
  goStatement = 14,
  begin = 16,
  frames = 20,
  omitted = 22,
}

export enum FramePlace {
  id = 1,
  start = 3,
}

export enum SyncPlace {
  ticks = 1,
  nano = 5,
}

export enum SpawnPlace {
  site = 3,
}

export enum LatePlace {
  id = 3,
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

const TEST: readonly RecordField[] = [...BEGIN, { name: "test", from: Place.test * 16, bits: 32 }];

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
  // Before the first record after a pause: calls that are open and began during it, outermost first.
  {
    name: "late",
    tag: Tag.control,
    type: Control.late,
    bytes: 10,
    fields: [ARG, DELTA32, { name: "id", from: LatePlace.id * 16, bits: 32 }],
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
    fields: TEST,
  },
  // A chunk of a ring may begin with a snapshot: a `resume` record and `frames` records of open frames, outermost first.
  // `begin`: when the goroutine began, in ticks. `goStatement`: the one that started it, 0 unknown. `omitted`: outer frames
  // without a record.
  {
    name: "resume",
    tag: Tag.control,
    type: Control.resume,
    bytes: 48,
    fields: [
      ...TEST,
      { name: "goStatement", from: ResumePlace.goStatement * 16, bits: 32 },
      { name: "begin", from: ResumePlace.begin * 16, bits: 64 },
      { name: "frames", from: ResumePlace.frames * 16, bits: 32 },
      { name: "omitted", from: ResumePlace.omitted * 16, bits: 32 },
    ],
  },
  // `start`: when the frame was entered, in ticks.
  {
    name: "frame",
    tag: Tag.control,
    type: Control.frame,
    bytes: 14,
    fields: [
      ARG,
      { name: "id", from: FramePlace.id * 16, bits: 32 },
      { name: "start", from: FramePlace.start * 16, bits: 64 },
    ],
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
