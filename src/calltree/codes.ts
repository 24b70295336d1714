/** Numbers shared by the core of the replay (core/, AssemblyScript) and its host (replay/core.ts); both compile this file. */

/** Why the core's loop returned. */
export enum Stop {
  /** What follows is not a plain record that lies within the chunk: the chunk's end, a control record, or damage. */
  other,
  /** The next record ends a call, and a panic may have been seen beneath it; see State.panicked. */
  exit,
  /** The next record is later than State.capture; State.now is its time. */
  capture,
  /** A call ended: an outermost one whose goroutine the host has to count (State.ended), or a slow request (State.slow). */
  ended,
  /** There is no room for another frame. */
  frames,
  /** A call began in a request, and the host has to find the signature that the request has now; see State.unknown. */
  signature,
  /** None: not a reason. */
  none,
}

/** Where the fields of a state lie, in units of 8 bytes; those of 32 bits are in {@link StateWord}. */
export enum StatePlace {
  ticks,
  pairTicks,
  pairNano,
  floor,
  slope,
  /** Added to a time and subtracted again to round it. */
  rounding,
  /** The window in which calls count. */
  from,
  to,
  capture,
  now,
  goid,
  /** A number above 0 that no other goroutine has. */
  serial,
  /** Exits without an open frame. */
  stray,
  /** Calls outside the window. */
  leftOut,
  /** Calls of the goroutine that have begun, and how many had when the latest outermost one had. */
  entered,
  number,
  /** Of the open request: how long the calls took that it made itself and that have ended. */
  callees,
}

/** Where the fields of 32 bits lie in a state, in units of 4 bytes. */
export enum StateWord {
  /** Addresses of the next record and of the end of the chunk. */
  position = 34,
  end,
  /** Addresses of the innermost open frame, and of the block of the slot's frames, 0 for none; the same if no frame is open. */
  top,
  base,
  /** Addresses of the node to which outermost frames are attached, and of the node of the latest outermost frame. */
  attach,
  root,
  /** The edge of outermost frames. */
  edge,
  /** Address of the node whose outermost call ended; not 0 only after Stop.ended. */
  ended,
  /** Not 0 if an open frame has callees that saw a panic: then `run` stops at each exit. */
  panicked,
  /** Not 0 if outermost calls are requests to collect. */
  serves,
  /** Address of the signature of the open request. */
  signature,
  /** Address of the node whose call began; not 0 only after Stop.signature. */
  unknown,
  /** Addresses of the frame of the open request, 0 for none, and of the one that ended, if it is among the slowest. */
  open,
  slow,
  size = 50,
}

/** Where the fields of a plain record lie, by tag: an entry of the table that the host fills in; in bytes. */
export enum TagPlace {
  /** Bits below the ticks, and their mask. */
  shift = 0,
  mask = 4,
  /** Mask of the function id, which lies above the tag; 0 for exits. */
  ids = 8,
  /** Bytes of the record; 0 for what is not a plain record. */
  bytes = 12,
  /** All bits of it are set for an enter, none for an exit. */
  enters = 16,
  /** From the innermost open frame before the record to that after it, in bytes; more than there is for what is not a plain record. */
  step = 20,
  size = 32,
}

/** Addresses in the memory of the core: of the number 1, and of the bytes of a plain record by its tag, 8 bits each. */
export const ONE = 256;
export const SIZES = 264;

/** See {@link TagPlace.step}. */
export const NO_STEP = 0x40000000;

/** Where the fields of a node lie, in bytes. */
export enum NodePlace {
  calls = 0,
  total = 8,
  first = 16,
  last = 24,
  /** Address of a node. */
  parent = 32,
  edge = 36,
  func = 40,
  /** 16 bits each; see {@link NodeMark}. */
  depth = 44,
  mark = 46,
  /** That of a cache line. */
  size = 64,
}

/** What a node is for the requests that pass it; see core/requests.ts. */
export enum NodeMark {
  /** Its calls are parts of signatures: it may turn out to be a handler. */
  candidate = 1,
  /** Handlers may be right beneath it: it is a request's outermost node, or was called once in each call of one. */
  chain = 2,
  /** The bits from here on: how many levels it lies below the outermost node. */
  level = 4,
  /** Handlers are looked for down to this level. */
  deepest = 12,
  /** Its calls are requests, unless one is open: its function has a name that was asked for. */
  root = 128,
  /** A node with more than twice as many calls as its caller, and this number, is called again and again. */
  often = 16,
}

/** Where the fields of a signature lie, in bytes, and how many there may be. */
export enum SignaturePlace {
  /** Address of the durations of requests with it, see DurationPlace; 0 for none. */
  durations = 0,
  last = 4,
  steps = 8,
  size = 12,
  most = 16384,
}

/** Where the fields of a step lie, in bytes, and how many there may be. */
export enum StepPlace {
  node = 0,
  to = 4,
  next = 8,
  size = 12,
  most = 65536,
}

/** The bits of an entry of the hash that are the index of a node; the others are those of the hash itself. */
export const TABLE_INDEX = 0xfffff;

/** Where the fields of a frame lie, in bytes. */
export enum FramePlace {
  start = 0,
  node = 8,
  size = 16,
}

/** Of the skimmer: sizes of its tables, and what they hold. */
export enum SkimPlace {
  tags = 8,
  types = 32,
  /** The tag of control records. */
  control = 7,
  /** Of four units. */
  runs = 4096,
  /** In place of the bytes of records that are not plain. */
  notPlain = 32768,
  lanes = 4,
}

/** Where the fields of a lane of the skimmer lie, in bytes. */
export enum LanePlace {
  at = 0,
  end = 4,
  list = 8,
  listed = 12,
  plain = 16,
  start = 20,
  done = 24,
  size = 32,
}

/** Parts of a nanosecond in which durations are added up; they are whole numbers of these. */
export const DURATION_PARTS = 8;

/** What the durations of a function are kept in: where the fields of a block lie, in bytes, and numbers of them. */
export enum DurationPlace {
  count = 0,
  min = 8,
  max = 16,
  sum = 24,
  /** The sum of squares, 128 bits. */
  squares = 32,
  /** Up to `few` values themselves. */
  values = 48,
  few = 64,
  /** By octave of a histogram: address of its counts, 32 bits; 0 for none. */
  octaves = 560,
  octaveCount = 49,
  /** Bytes of the counts of an octave. */
  octaveSize = 512,
  size = 760,
}
