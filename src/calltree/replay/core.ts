/**
 * The TypeScript side of the core (core/index.ts): instantiates the WebAssembly module and lays out its memory. That has
 * fixed places for as many nodes as a tree may have, so that nothing moves when it grows (what was never written takes no
 * memory), and the frames at its end.
 */
import { type DecoderState, EIGHTHS, ID_LIMIT, RECORDS, Tag } from "../../calltrace/index.js";
import {
  FramePlace,
  NO_STEP,
  NodePlace,
  ONE,
  SIZES,
  SignaturePlace,
  StatePlace,
  StepPlace,
  TABLE_INDEX,
  TagPlace,
} from "../codes.js";
import { EventPlace, STATE_COUNT } from "../walk-codes.js";
import { WASM } from "../wasm.js";

/** Exports of core/index.ts. */
export interface CoreExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly state: { readonly value: number };
  readonly tags: { readonly value: number };
  readonly count: { readonly value: number };
  readonly hasOtherIds: { readonly value: number };
  base(): number;
  setTree(root: number, hash: number): void;
  setColumns(displaced: number, displacedTime: number, goroutines: number, goids: number, latest: number): void;
  setLimits(depth: number, paths: number, ids: number): void;
  addFrames(first: number, end: number): void;
  clearFrames(): void;
  otherPaths(): number;
  tableSize(): number;
  makeRoom(): number;
  clean(): void;
  child(parent: number, id: number, edge: number): number;
  enter(id: number, now: number): void;
  exit(now: number): number;
  setRoot(node: number, counts: boolean): void;
  drop(): void;
  run(): number;
  readonly plainSizes: { readonly value: number };
  readonly plainRuns: { readonly value: number };
  readonly controlSizes: { readonly value: number };
  readonly lanes: { readonly value: number };
  skim(count: number): void;
  collectDurations(table: number, from: number, to: number): void;
  recordDuration(func: number, duration: number): void;
  collectRequests(starts: number): void;
  setLeast(duration: number): void;
  endRequest(now: number): void;
  setRoots(table: number): void;
  readonly isFull: { readonly value: number };
  adoptNodes(count: number, others: number, hasOtherIds: boolean): void;
  readonly walkState: { readonly value: number };
  readonly spent: { readonly value: number };
  readonly selfRow: { readonly value: number };
  readonly totalRow: { readonly value: number };
  walk(): number;
  beginCall(id: number, now: number): number;
  endCall(now: number, how: number): number;
  spawned(): number;
  passAll(): number;
  settleCalls(): void;
}

/** The parts in use; Node's type library does not declare WebAssembly. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

export const PAGE = 65536;
/** Bytes of a chunk that are in the core's memory at a time. */
export const PIECE = 1 << 16;
/** Records may be read beyond their end by less than this, and none is longer. */
export const SLACK = 64;
/** Frames for which there is memory at the beginning. */
const FRAMES = 1 << 12;

/** Memory for the durations of calls, in bytes; a function takes 6 KiB where its calls differ much. */
const DURATIONS = 1 << 28;

let compiled: object | undefined;

/** A new instance of the core, with memory of its own. */
export function instantiate(): CoreExports {
  compiled ??= new WebAssembly.Module(Buffer.from(WASM, "base64"));
  return new WebAssembly.Instance(compiled).exports as CoreExports;
}

/** One instance of the core: the memory of one tree that is being built. */
export class Core {
  readonly exports: CoreExports;
  /** Views of the whole memory, replaced when it grows. */
  bytes!: Uint8Array;
  units!: Uint16Array;
  words!: Uint32Array;
  floats!: Float64Array;
  /** Indexes of the state in {@link floats} and {@link words}. */
  readonly state: number;
  readonly stateWords: number;
  /** The same of the state of a walk, see WalkPlace and WalkWord. */
  readonly walk: number;
  readonly walkWords: number;
  /** Address of {@link PIECE} bytes for records. */
  readonly input: number;
  /** Addresses of the root, of the hash from calls to nodes, and of columns by node; see core/nodes.ts. */
  readonly root: number;
  readonly hash: number;
  readonly displaced: number;
  readonly displacedTime: number;
  readonly goroutines: number;
  readonly goids: number;
  private readonly latest: number;
  /** Address of the events of a walk, see EventPlace. */
  readonly events: number;
  /** Address of the sums of a walk, see WalkWord; 0 for none. All of them are zero. */
  readonly sums: number = 0;
  /** Bytes of the memory at the beginning. */
  readonly firstSize: number;
  /** Address of the frames, or of the open calls of a walk; they reach up to the end of the memory. */
  readonly frames: number;
  /** By function: the address of its durations, 0 for none; see DurationPlace. The address of this table is 0 without durations. */
  readonly durations: number = 0;
  /** Addresses of what requests need, see core/requests.ts. */
  readonly starts: number = 0;
  readonly signatures: number = 0;
  readonly steps: number = 0;
  readonly roots: number = 0;

  /**
   * @param pathLimit the most nodes but for those beyond the limit, one a function
   * @param collects the durations of calls by function, and requests where slots serve
   * @param sumsUp the states of calls
   */
  constructor(
    readonly depthLimit: number,
    readonly pathLimit: number,
    { collects = false, sumsUp = false } = {},
  ) {
    this.exports = instantiate();
    const { exports } = this;
    const most = pathLimit + ID_LIMIT + 4;
    if (most > TABLE_INDEX) throw new RangeError(`${pathLimit} paths are more than a tree may have`);
    let end = Math.ceil(exports.base() / SLACK) * SLACK;
    const take = (bytes: number) => {
      const start = end;
      end = Math.ceil((end + bytes) / SLACK) * SLACK;
      return start;
    };
    this.input = take(PIECE + SLACK);
    this.root = take(most * NodePlace.size);
    this.hash = take(4 * 2 ** Math.ceil(Math.log2(2 * most + 256)));
    this.displaced = take(8 * most);
    this.displacedTime = take(8 * most);
    this.goroutines = take(8 * most);
    this.goids = take(8 * most);
    this.latest = take(8 * most);
    this.events = take(EventPlace.size * EventPlace.most);
    if (sumsUp) this.sums = take(2 * 8 * STATE_COUNT * most);
    if (collects) {
      this.durations = take(4 * (ID_LIMIT + 2));
      const from = take(DURATIONS);
      exports.collectDurations(this.durations, from, from + DURATIONS);
      this.starts = take(4 * most);
      this.signatures = take(SignaturePlace.size * SignaturePlace.most);
      this.steps = take(StepPlace.size * StepPlace.most);
      this.roots = take(ID_LIMIT + 2);
      exports.collectRequests(this.starts);
    }
    this.frames = end;
    this.state = exports.state.value / 8;
    this.stateWords = exports.state.value / 4;
    this.walk = exports.walkState.value / 8;
    this.walkWords = exports.walkState.value / 4;
    this.reserve(end + FRAMES * FramePlace.size);
    this.firstSize = this.bytes.length;
    this.describeRecords();
    exports.setTree(this.root, this.hash);
    exports.setColumns(this.displaced, this.displacedTime, this.goroutines, this.goids, this.latest);
    exports.setLimits(depthLimit, pathLimit, ID_LIMIT);
  }

  /** Makes room for twice as many frames. */
  growFrames(): void {
    const size = this.bytes.length;
    this.reserve(size + (size - this.frames));
  }

  /** Empties the tree, for another one with the same limits. */
  clear(): void {
    const { exports, bytes } = this;
    const count = exports.count.value;
    bytes.fill(0, this.root, this.root + count * NodePlace.size);
    bytes.fill(0, this.hash, this.hash + exports.tableSize() * 4);
    for (const column of [this.displaced, this.displacedTime, this.goroutines, this.goids, this.latest])
      bytes.fill(0, column, column + count * 8);
    exports.setTree(this.root, this.hash);
    exports.clearFrames();
    exports.addFrames(this.frames, bytes.length);
  }

  /** @param slope nanoseconds per tick */
  setSlope(slope: number): void {
    this.floats[this.state + StatePlace.slope] = slope;
    this.floats[this.state + StatePlace.rounding] = EIGHTHS;
  }

  /** Takes the times of a decoder's state over. */
  setTimes({ ticks, pairTicks, pairNano, floor }: DecoderState): void {
    const { floats, state } = this;
    floats[state + StatePlace.ticks] = ticks;
    floats[state + StatePlace.pairTicks] = pairTicks;
    floats[state + StatePlace.pairNano] = pairNano;
    floats[state + StatePlace.floor] = floor;
  }

  /** Gives a decoder's state the times that the core has reached. */
  getTimes(into: DecoderState): void {
    into.ticks = this.floats[this.state + StatePlace.ticks];
    into.floor = this.floats[this.state + StatePlace.floor];
  }

  /** The number of a node. */
  indexOf(node: number): number {
    return (node - this.root) / NodePlace.size;
  }

  /** The address of a node. */
  nodeAt(index: number): number {
    return this.root + index * NodePlace.size;
  }

  private reserve(size: number): void {
    const { exports } = this;
    const missing = size - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE));
    const { buffer } = exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.units = new Uint16Array(buffer);
    this.words = new Uint32Array(buffer);
    this.floats = new Float64Array(buffer);
    exports.addFrames(this.frames, buffer.byteLength);
  }

  /** Tells the core how plain records are laid out. */
  private describeRecords(): void {
    this.floats[ONE / 8] = 1;
    for (let tag = 0; tag < 8; tag++)
      this.words[(this.exports.tags.value + tag * TagPlace.size + TagPlace.step) / 4] = NO_STEP;
    for (const { tag, bytes, fields } of RECORDS) {
      if (tag === Tag.control) continue;
      const at = this.exports.tags.value + tag * TagPlace.size;
      const delta = fields.find(({ name }) => name === "delta")!;
      const id = fields.find(({ name }) => name === "id");
      this.words[(at + TagPlace.shift) / 4] = delta.from;
      this.words[(at + TagPlace.mask) / 4] = 2 ** delta.bits - 1;
      this.words[(at + TagPlace.ids) / 4] = id === undefined ? 0 : 2 ** id.bits - 1;
      this.words[(at + TagPlace.bytes) / 4] = bytes;
      this.bytes[SIZES + tag] = bytes;
      this.words[(at + TagPlace.enters) / 4] = id === undefined ? 0 : -1;
      this.words[(at + TagPlace.step) / 4] = id === undefined ? -FramePlace.size : FramePlace.size;
    }
  }
}

/** Cores that are not in use: one that sums up states, and one that does not. */
const spares = new Map<boolean, Core>();
/** A core that had more nodes than this is not used again, so that its memory is released. */
const SPARE_NODES = 1 << 16;

/** A core for an empty tree. Give it back with {@link release}. */
export function acquire(depthLimit: number, pathLimit: number, { collects = false, sumsUp = false } = {}): Core {
  const core = collects ? undefined : spares.get(sumsUp);
  if (core?.depthLimit !== depthLimit || core.pathLimit !== pathLimit) {
    return new Core(depthLimit, pathLimit, { collects, sumsUp });
  }
  spares.delete(sumsUp);
  return core;
}

/** The tree of the core is no longer needed. */
export function release(core: Core): void {
  if (core.durations !== 0) return;
  if (core.exports.count.value > SPARE_NODES || core.bytes.length > core.firstSize) return;
  core.clear();
  spares.set(core.sums !== 0, core);
}
