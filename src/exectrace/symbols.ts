/**
 * Stacks and frames of a whole trace. Ids in the file are valid for one generation only; here equal stacks get the same
 * number everywhere. Memory is bounded by the distinct stacks that consumers asked for.
 */
import { grown } from "../base/columns.js";
import type { Frame } from "./event.js";
import type { Stacks, Strings } from "./tables.js";

const NO_FRAMES: readonly Frame[] = [];

/** The stacks that consumers have read from events. Numbers count up from 1; 0 is no stack. */
export class StackTable {
  private readonly frameList: Frame[] = [];
  /** Frames by function and file, line and program counter. */
  private readonly frameOf = new Map<string, number>();
  /** Frames of all stacks, leaf first; stack n takes [starts[n], starts[n + 1]). */
  private lists = new Int32Array(1024);
  private starts = new Int32Array(256);
  private stacks = 1;
  /** Hash table of stacks: first stack of each bucket, and next stack of the same bucket. */
  private buckets = new Int32Array(1024);
  private chain = new Int32Array(256);
  private hashes = new Int32Array(256);
  private readonly made: (readonly Frame[] | undefined)[] = [];

  /** Number of stacks so far, plus one: stack numbers are below it. */
  get size(): number {
    return this.stacks;
  }

  /** Number of frames so far: frame ids are below it. */
  get frameCount(): number {
    return this.frameList.length;
  }

  /** Number of frames of a stack. */
  depth(stack: number): number {
    return stack === 0 ? 0 : this.starts[stack + 1] - this.starts[stack];
  }

  /** Id of the n-th frame of a stack; 0 is the leaf. Equal frames have equal ids. */
  frameId(stack: number, n: number): number {
    return this.lists[this.starts[stack] + n];
  }

  /** A frame by its id. */
  frame(id: number): Frame {
    return this.frameList[id];
  }

  /** The frames of a stack, leaf first. The array is made once and kept. */
  frames(stack: number): readonly Frame[] {
    if (stack === 0) return NO_FRAMES;
    let frames = this.made[stack];
    if (!frames) {
      const ids = this.lists.subarray(this.starts[stack], this.starts[stack + 1]);
      frames = Array.from(ids, (id) => this.frameList[id]);
      this.made[stack] = frames;
    }
    return frames;
  }

  /** @internal The id of a frame, added if it is new. */
  internFrame(pc: number, name: string, file: string, line: number): number {
    const key = `${name}\0${file}\0${line}\0${pc}`;
    let id = this.frameOf.get(key);
    if (id === undefined) {
      id = this.frameList.push({ pc, function: name, file, line }) - 1;
      this.frameOf.set(key, id);
    }
    return id;
  }

  /** @internal The number of the stack with the frames [0, depth) of `ids`, added if it is new. */
  internStack(ids: Int32Array, depth: number): number {
    let hash = depth;
    for (let i = 0; i < depth; i++) {
      hash = Math.imul(hash ^ ids[i], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let stack = this.buckets[hash & (this.buckets.length - 1)]; stack !== 0; stack = this.chain[stack]) {
      if (this.hashes[stack] === hash && this.equals(stack, ids, depth)) return stack;
    }
    const stack = this.stacks++;
    this.starts = grown(this.starts, stack + 2);
    this.chain = grown(this.chain, stack + 1);
    this.hashes = grown(this.hashes, stack + 1);
    const start = this.starts[stack];
    this.lists = grown(this.lists, start + depth);
    this.lists.set(ids.subarray(0, depth), start);
    this.starts[stack + 1] = start + depth;
    this.hashes[stack] = hash;
    if (stack > this.buckets.length) this.rehash();
    else this.link(stack);
    return stack;
  }

  private equals(stack: number, ids: Int32Array, depth: number): boolean {
    const start = this.starts[stack];
    if (this.starts[stack + 1] - start !== depth) return false;
    for (let i = 0; i < depth; i++) if (this.lists[start + i] !== ids[i]) return false;
    return true;
  }

  private link(stack: number): void {
    const bucket = this.hashes[stack] & (this.buckets.length - 1);
    this.chain[stack] = this.buckets[bucket];
    this.buckets[bucket] = stack;
  }

  private rehash(): void {
    this.buckets = new Int32Array(this.buckets.length * 4);
    for (let stack = 1; stack < this.stacks; stack++) this.link(stack);
  }
}

/** Maps the stacks of one generation to numbers of the whole trace, on demand. */
export class StackNames {
  /** By place in the generation's table: number in the trace; 0 if not yet mapped. Frames: id plus one. */
  private readonly known: Int32Array;
  private readonly knownFrames: Int32Array;
  private readonly scratch = new Int32Array(128);

  constructor(
    private readonly table: StackTable,
    private readonly stacks: Stacks,
    private readonly strings: Strings,
  ) {
    this.known = new Int32Array(stacks.count);
    this.knownFrames = new Int32Array(stacks.frameCount);
  }

  /** The number in the trace of the stack at a place of the generation's table. @param place not 0 */
  resolve(place: number): number {
    const known = this.known[place];
    return known !== 0 ? known : this.intern(place);
  }

  private intern(place: number): number {
    const { stacks, scratch } = this;
    const depth = stacks.depth(place);
    for (let n = 0; n < depth; n++) scratch[n] = this.frame(stacks.frame(place, n));
    const stack = this.table.internStack(scratch, depth);
    this.known[place] = stack;
    return stack;
  }

  private frame(frame: number): number {
    const known = this.knownFrames[frame];
    if (known !== 0) return known - 1;
    const { stacks, strings } = this;
    const name = strings.text(strings.find(stacks.functionId(frame)));
    const file = strings.text(strings.find(stacks.fileId(frame)));
    const id = this.table.internFrame(stacks.pc(frame), name, file, stacks.line(frame));
    this.knownFrames[frame] = id + 1;
    return id;
  }
}
