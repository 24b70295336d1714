/** The tables of one generation: the strings and stacks that its events refer to by id. */
import { grown } from "../base/columns.js";
import { type Batch, type Memory, readerOf } from "./batch.js";
import { Wire } from "./codes.js";
import { corrupt } from "./errors.js";
import { MAX_FRAMES, MAX_STRING } from "./spec.js";

/** Bound for damaged traces: no generation has more entries in a table, and a Map can hold this number. */
const MAX = 1 << 23;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Maps ids to places (indexes of entries). Ids are dense in real traces; outliers go to a Map. Id 0 is the empty entry
 * of every table, at place 0.
 */
class Ids {
  dense = new Int32Array(1024);
  sparse: Map<number, number> | undefined;
  private count = 0;

  /** The place of an id, -1 if it is missing. */
  get(id: number): number {
    if (id === 0) return 0;
    if (id < this.dense.length && id > 0) {
      const place = this.dense[id];
      return place === 0 ? -1 : place;
    }
    return this.sparse === undefined ? -1 : (this.sparse.get(id) ?? -1);
  }

  /** Gives an id the next place, from 1 on, and returns it; 0 if the id already has one. */
  add(id: number): number {
    if (this.get(id) !== -1) return 0;
    const place = ++this.count;
    if (id > 0 && id >= this.dense.length && id < 4 * place + 4096) {
      this.dense = grown(this.dense, Math.max(id + 1, this.dense.length * 2));
      this.absorb();
    }
    if (id > 0 && id < this.dense.length) this.dense[id] = place;
    else {
      this.sparse ??= new Map();
      this.sparse.set(id, place);
    }
    return place;
  }

  /** Moves the ids that now fit the array there from the Map. */
  private absorb(): void {
    for (const [id, place] of this.sparse ?? []) {
      if (id > 0 && id < this.dense.length) {
        this.dense[id] = place;
        this.sparse!.delete(id);
      }
    }
  }
}

/** Strings of a generation. They are decoded on first use, because most log messages are never read. */
export class Strings {
  readonly ids = new Ids();
  private readonly texts: (string | undefined)[] = [""];
  /** Two numbers for each place: address in the core's memory, and length in bytes. */
  places = new Int32Array(2 * 256);

  constructor(private readonly memory: Memory) {}

  /** The place of a string, -1 if it is missing. */
  find(id: number): number {
    return this.ids.get(id);
  }

  /** The string at a place that `find` returned, not -1. */
  text(place: number): string {
    const text = this.texts[place];
    return text === undefined ? this.decode(place) : text;
  }

  private decode(place: number): string {
    const start = this.places[2 * place] >>> 0;
    const text = utf8.decode(this.memory.bytes.subarray(start, start + this.places[2 * place + 1]));
    this.texts[place] = text;
    return text;
  }

  /** Reads a batch of strings: entries of id, length and bytes. @throws TraceError when it is malformed */
  read(batch: Batch): void {
    const from = readerOf(batch, this.memory);
    while (!from.done) {
      const kind = from.byte();
      if (kind !== Wire.String) throw corrupt(batch.offset, `a string was expected, found ${kind}`);
      const id = from.signed();
      const length = from.unsigned();
      if (length > MAX_STRING) throw corrupt(batch.offset, `a string of ${length} bytes; ${MAX_STRING} is the most`);
      const start = from.skip(length);
      const place = this.ids.add(id);
      if (place === 0) throw corrupt(batch.offset, `two strings with the id ${id}`);
      if (place > MAX) throw corrupt(batch.offset, `more than ${MAX} strings in a generation`);
      this.places = grown(this.places, 2 * place + 2);
      this.places[2 * place] = start;
      this.places[2 * place + 1] = length;
      this.texts.push(undefined);
    }
  }
}

/**
 * Stacks of a generation as lists of frames. The program counter identifies a frame: if two entries give it different
 * lines, the first holds for the whole generation, as in Go's reader.
 */
export class Stacks {
  readonly ids = new Ids();
  private readonly frameOf = new Map<number, number>();
  /** Four numbers for each frame: program counter, string ids of function and file, line. */
  private columns = new Float64Array(4 * 256);
  private frames = 0;
  /** Frames of all stacks, leaf first; the stack at place n takes [starts[n], starts[n + 1]). */
  private lists = new Int32Array(1024);
  private starts = new Int32Array(256);
  private stacks = 1;
  private length = 0;

  constructor(private readonly memory: Memory) {}

  /** The place of a stack, -1 if it is missing; 0 is the empty stack. */
  find(id: number): number {
    return this.ids.get(id);
  }

  /** Number of stacks, the empty one included. */
  get count(): number {
    return this.stacks;
  }

  /** Number of frames of the stack at a place. */
  depth(place: number): number {
    return place === 0 ? 0 : this.starts[place + 1] - this.starts[place];
  }

  /** Index of the n-th frame (0: the leaf) of the stack at a place, for the methods below. */
  frame(place: number, n: number): number {
    return this.lists[this.starts[place] + n];
  }

  /** Number of frames; their indexes are below it. */
  get frameCount(): number {
    return this.frames;
  }

  /** Program counter of a frame. */
  pc(frame: number): number {
    return this.columns[4 * frame];
  }

  /** String id of a frame's function. */
  functionId(frame: number): number {
    return this.columns[4 * frame + 1];
  }

  /** String id of a frame's file. */
  fileId(frame: number): number {
    return this.columns[4 * frame + 2];
  }

  /** Line number of a frame. */
  line(frame: number): number {
    return this.columns[4 * frame + 3];
  }

  /**
   * Reads a batch of stacks: entries of id, number of frames, and for each frame pc, function, file and line.
   *
   * @throws TraceError when it is malformed
   */
  read(batch: Batch): void {
    const from = readerOf(batch, this.memory);
    while (!from.done) {
      const kind = from.byte();
      if (kind !== Wire.Stack) throw corrupt(batch.offset, `a stack was expected, found ${kind}`);
      const id = from.signed();
      const depth = from.unsigned();
      if (depth > MAX_FRAMES) throw corrupt(batch.offset, `a stack of ${depth} frames; ${MAX_FRAMES} is the most`);
      const place = this.ids.add(id);
      if (place === 0) throw corrupt(batch.offset, `two stacks with the id ${id}`);
      if (place > MAX || this.frames > MAX) throw corrupt(batch.offset, `more than ${MAX} stacks in a generation`);
      this.starts = grown(this.starts, place + 2);
      this.lists = grown(this.lists, this.length + depth);
      this.starts[place] = this.length;
      for (let i = 0; i < depth; i++) {
        const pc = from.unsigned();
        const functionId = from.signed();
        const fileId = from.signed();
        const line = from.unsigned();
        this.lists[this.length++] = this.frameAt(pc, functionId, fileId, line);
      }
      this.starts[place + 1] = this.length;
      this.stacks = place + 1;
    }
  }

  /** Says which string a frame names that is missing; undefined if all are there. */
  validate(strings: Strings): string | undefined {
    for (let frame = 0; frame < this.frames; frame++) {
      for (const id of [this.functionId(frame), this.fileId(frame)]) {
        if (strings.find(id) === -1) return `a stack names the string ${id}, which is missing`;
      }
    }
    return undefined;
  }

  private frameAt(pc: number, functionId: number, fileId: number, line: number): number {
    let frame = this.frameOf.get(pc);
    if (frame === undefined) {
      frame = this.frames++;
      this.frameOf.set(pc, frame);
      this.columns = grown(this.columns, 4 * this.frames);
      this.columns.set([pc, functionId, fileId, line], 4 * frame);
    }
    return frame;
  }
}
