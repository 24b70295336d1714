/**
 * Profiles for pprof: gzipped protobuf, one sample per call path.
 * https://github.com/google/pprof/blob/main/proto/profile.proto
 *
 * Values are the number of calls and the self time, from which pprof computes cumulative values. A location is a
 * function and a line: that of the go statement if the next frame is a goroutine's outermost one, else the function's
 * first line, because a trace has no other. The self time of frames that are left out goes to the frame above.
 */
import { gzip } from "../base/gzip.js";
import {
  type CallForest,
  EdgeKind,
  type FilterOptions,
  type FunctionInfo,
  foldedSelf,
  ownersOf,
  type ProcessTree,
  viewTree,
} from "../calltree/index.js";
import { ProtoWriter } from "./protobuf.js";

export interface PprofOptions extends FilterOptions {
  /**
   * Whether a goroutine's stacks begin with its own outermost call, as in Go's profiles. By default they begin with the
   * stack of the go statement that started it, as in gotrace's trees.
   */
  readonly goroutineRoots?: boolean;
  /** Comments, which `go tool pprof -comments` prints. */
  readonly comments?: readonly string[];
}

const Profile = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  timeNanos: 9,
  durationNanos: 10,
  comment: 13,
  defaultSampleType: 14,
} as const;
const ValueType = { type: 1, unit: 2 } as const;
const Sample = { locationId: 1, value: 2, label: 3 } as const;
const Label = { key: 1, str: 2 } as const;
const Mapping = { id: 1, filename: 5, hasFunctions: 7, hasFilenames: 8, hasLineNumbers: 9 } as const;
const Location = { id: 1, mappingId: 2, line: 4 } as const;
const Line = { functionId: 1, line: 2 } as const;
const Func = { id: 1, name: 2, systemName: 3, filename: 4, startLine: 5 } as const;

/** An executable in the profile. */
interface Mapped {
  readonly id: number;
  /** By function and line. */
  readonly locations: Map<number, number>;
}

/** The profile of all processes, in pieces; each executable has a mapping. */
export function renderPprof(forest: CallForest, options: PprofOptions = {}): Iterable<Uint8Array> {
  return gzip(new Encoder(forest, options).profile());
}

class Encoder {
  private readonly out = new ProtoWriter();
  private readonly strings = new Map<string, number>([["", 0]]);
  private readonly mappings = new Map<string, Mapped>();
  private locations = 0;
  private readonly functions = new Set<number>();

  constructor(
    private readonly forest: CallForest,
    private readonly options: PprofOptions,
  ) {}

  *profile(): Generator<Uint8Array> {
    const { out, forest } = this;
    for (const [type, unit] of [
      ["calls", "count"],
      ["wall", "nanoseconds"],
    ]) {
      const mark = out.open(Profile.sampleType);
      out.varint(ValueType.type, this.string(type));
      out.varint(ValueType.unit, this.string(unit));
      out.close(mark);
    }
    out.varint(Profile.defaultSampleType, this.string("wall"));
    this.span();
    for (const comment of this.options.comments ?? []) out.varint(Profile.comment, this.string(comment));
    for (const process of forest.processes) yield* this.samples(process);
    for (const func of this.functions) this.function(func + 1, forest.functions[func]);
    for (const text of this.strings.keys()) {
      out.string(Profile.stringTable, text);
      if (out.full) yield out.take();
    }
    yield out.take();
  }

  /** From the start of the first process to the end of the last one. */
  private span(): void {
    const { processes } = this.forest;
    if (processes.length === 0) return;
    const from = Math.min(...processes.map(({ info }) => info.startWall));
    const ends = processes.map(({ info, tree }) => {
      const last = tree.last.reduce((last, time) => Math.max(last, time), info.end ?? 0);
      // Subtract first: wall clocks exceed 2^53.
      return info.startWall - from + last;
    });
    this.out.varint(Profile.timeNanos, BigInt(from));
    this.out.varint(Profile.durationNanos, Math.round(Math.max(...ends)));
  }

  private *samples(process: ProcessTree): Generator<Uint8Array> {
    const { out } = this;
    const { tree, info } = process;
    const { func, depth, calls, edge, goStatement, parent } = tree;
    const { shown } = viewTree(tree, { ...this.options, whole: process.total });
    const self = foldedSelf(tree, shown);
    const mapping = this.mapping(info.executable);
    const tests = ownersOf(tree, this.forest.functions);
    const processLabel = this.forest.processes.length > 1 ? `${info.executable} (${info.pid})` : undefined;
    const { goroutineRoots = false } = this.options;
    /**
     * By depth: the location of the frame, with the line of the call or go statement that leads to the current node.
     */
    const above = new Float64Array(process.depthLimit + 2);
    /** By depth: the depth at which the stack begins. */
    const bottom = new Uint16Array(process.depthLimit + 2).fill(1);
    const stack = new Float64Array(process.depthLimit + 2);
    const values = new Float64Array(2);
    for (let node = 1; node < tree.size; node++) {
      const level = depth[node];
      const spawned = edge[node] !== EdgeKind.call;
      bottom[level] = spawned && goroutineRoots ? level : level === 1 ? 1 : bottom[level - 1];
      if (level > 1) {
        const line = spawned && goStatement[node] >= 0 ? this.forest.functions[goStatement[node]].line : undefined;
        above[level - 1] = this.location(mapping, func[parent[node]], line);
      }
      // `others` is skipped: its calls are those of its children.
      if (shown[node] === 0 || node === tree.others) continue;
      stack[0] = this.location(mapping, func[node], undefined);
      let count = 1;
      for (let at = level - 1; at >= bottom[level]; at--) stack[count++] = above[at];
      values[0] = calls[node];
      values[1] = Math.round(self[node]);
      const mark = out.open(Profile.sample);
      out.packed(Sample.locationId, stack, count);
      out.packed(Sample.value, values);
      if (processLabel !== undefined) this.label("process", processLabel);
      if (tests.of[node] >= 0) this.label("test", tests.names[tests.of[node]]);
      out.close(mark);
      if (out.full) yield out.take();
    }
  }

  private label(key: string, value: string): void {
    const { out } = this;
    const [keyIndex, valueIndex] = [this.string(key), this.string(value)];
    const mark = out.open(Sample.label);
    out.varint(Label.key, keyIndex);
    out.varint(Label.str, valueIndex);
    out.close(mark);
  }

  private mapping(executable: string): Mapped {
    let mapping = this.mappings.get(executable);
    if (mapping === undefined) {
      const { out } = this;
      const id = this.mappings.size + 1;
      mapping = { id, locations: new Map() };
      this.mappings.set(executable, mapping);
      const filename = this.string(executable);
      const mark = out.open(Profile.mapping);
      out.varint(Mapping.id, id);
      out.varint(Mapping.filename, filename);
      // Without these, pprof looks for symbols in the executable.
      out.varint(Mapping.hasFunctions, 1);
      out.varint(Mapping.hasFilenames, 1);
      out.varint(Mapping.hasLineNumbers, 1);
      out.close(mark);
    }
    return mapping;
  }

  /** @param at the line; undefined for the function's first line */
  private location(mapping: Mapped, func: number, at: number | undefined): number {
    const line = at ?? this.forest.functions[func].line;
    const key = func * 2 ** 32 + line;
    let location = mapping.locations.get(key);
    if (location === undefined) {
      const { out } = this;
      const id = ++this.locations;
      location = id;
      mapping.locations.set(key, id);
      this.functions.add(func);
      const mark = out.open(Profile.location);
      out.varint(Location.id, id);
      out.varint(Location.mappingId, mapping.id);
      const inner = out.open(Location.line);
      out.varint(Line.functionId, func + 1);
      out.varint(Line.line, line);
      out.close(inner);
      out.close(mark);
    }
    return location;
  }

  private function(id: number, { name, file, line }: FunctionInfo): void {
    const { out } = this;
    const [nameIndex, fileIndex] = [this.string(name), this.string(file)];
    const mark = out.open(Profile.function);
    out.varint(Func.id, id);
    out.varint(Func.name, nameIndex);
    out.varint(Func.systemName, nameIndex);
    out.varint(Func.filename, fileIndex);
    out.varint(Func.startLine, line);
    out.close(mark);
  }

  /** The index of a string in the string table. */
  private string(text: string): number {
    let index = this.strings.get(text);
    if (index === undefined) {
      index = this.strings.size;
      this.strings.set(text, index);
    }
    return index;
  }
}
