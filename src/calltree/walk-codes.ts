/** Numbers shared by the core's walk over single calls (core/walk*.ts) and its host (replay/core-walk.ts); both compile this file. */

/** Why the core's walk over single calls returned. */
export enum WalkStop {
  /** Only of a single step: it is done. */
  done,
  /** What follows is not a plain record that lies within the chunk, or it ends a call that may have seen a panic. */
  other,
  /** There is no room for another open call. */
  calls,
  /** There is no room for what happens next: the host has to take the events. */
  events,
  /** The host has to move its clock to WalkPlace.now. */
  clock,
  /** A call ended whose states are several: the latest event; they are in the rows until the core goes on. */
  rows,
  /** The next record is the first one after WalkPlace.due, and not told yet. */
  look,
}

/** Where the fields of a walk lie, in units of 8 bytes; those of 32 bits are in {@link WalkWord}. */
export enum WalkPlace {
  /** Where the clock stands, and the time up to which its state lasts. */
  at,
  until,
  /** The time for which the clock was moved last. */
  moved,
  /** The window in which calls count. */
  from = 8,
  to,
  /** The same as `from`; infinite while calls do not count, whatever their times. */
  opens,
  /** Calls that are shorter are not passed on. */
  minimum,
  /** Calls of the goroutine so far. */
  number,
  /** Calls that were not passed on: those that were too short, and those of nodes that are not shown. */
  tooShort,
  notShown,
  /** The time for which the clock has to be moved, or at which the host has to look. */
  now,
  /** Of an outline: up to when the host need not look, and calls that began before this are told when they end. */
  due,
  tells,
  /** The time of the latest event that the host did not look at. */
  upTo,
}

/** Where the fields of 32 bits lie in a walk, in units of 4 bytes. */
export enum WalkWord {
  /** Addresses of the outermost open call, and of the place after the innermost one. */
  base = 6,
  next,
  /** Bytes of an open call. */
  stride,
  /** Address of the first call that has no row of times by state. */
  settled,
  /** The state in which the clock stands. */
  state,
  /**
   * Address of sums by node of the tree: for each state a column of self times and one of times; 0 for none. Number of its
   * nodes, and the columns that have a value, as bits by state.
   */
  sums,
  nodes,
  selfStates,
  totalStates,
  /** The end of the memory for open calls. */
  limit = 38,
  /** Address of the first call that has not been passed on. */
  passed,
  /** Addresses of the next event, and from where on there is no room for more. */
  out,
  full,
  /** Go statements that are to be passed on at once. */
  owed,
  /** Not 0 if begins and ends of calls are events. */
  begins,
  ends,
  /** Not 0 if calls of the goroutine were passed on. */
  told,
  /** Not 0 if calls have states. */
  metered,
  /** Not 0 if at WalkPlace.now a call begins or ends, and whether the clock has observed that. */
  isEvent,
  observed,
  /** Not 0 for an outline: only outermost calls are told, and those that began before WalkPlace.tells. */
  outline,
  /** The least WalkWord.next at an event that the host did not look at, and whether it has looked at the next one. */
  least,
  looked,
  size = 54,
}

/** Number of states; see STATES. */
export const STATE_COUNT = 12;

/** An open call, in bytes. */
export enum OpenPlace {
  /** Its size where calls have no states. */
  size = 48,
  /** Address of its node. */
  node = 40,
  /** Three rows by state: the clock at its beginning, and Open.calleeTime and Open.carriedTime by state. */
  rows = 72,
  sizeWithStates = 360,
}

/** What a walk needs of a node: where it lies in the place of what is counted elsewhere, in bytes. */
export enum MappedPlace {
  /** The node of the tree that is shown. */
  node = 0,
  /** Of {@link MappedFlag}. */
  flags = 4,
}

export enum MappedFlag {
  /** Its calls are passed on. */
  visible = 1,
  /** Its calls were removed; their callees were not. */
  removed = 2,
  /** Its calls and their callees do not count. */
  dropped = 4,
  /** It is there only for nodes beneath it; its self time does not count. */
  context = 8,
  /** Its self time counts as its time: its callees are its siblings. */
  flat = 16,
}

/** Where the fields of an event lie, in bytes. The first is a node of the tree, negative for none. */
export enum EventPlace {
  /** Of {@link EventKind}; for an end, how the call ended is added. The second byte is the only state of an end, see `rows`. */
  kind = 4,
  time = 8,
  start = 16,
  self = 24,
  calls = 32,
  number = 40,
  /** Self time and time in the only state. */
  own = 48,
  whole = 56,
  size = 64,
  /** In place of the only state of a call that has several. */
  rows = 255,
  /** Events for which there is room. */
  most = 4096,
}

export enum EventKind {
  enter,
  /** The next go statement in the order in which the host announced them. */
  spawn,
  /** For the clock: a call begins. */
  observe,
  end,
}
