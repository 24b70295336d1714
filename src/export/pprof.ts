/**
 * Profiles for pprof: gzipped protobuf, one sample per call path.
 * https://github.com/google/pprof/blob/main/proto/profile.proto
 *
 * Values are the number of calls and the self time, from which pprof computes cumulative values. A location is a
 * function and a line: that of the go statement if the next frame is a goroutine's outermost one, else the function's
 * first line, because a trace has no other. The self time of frames that are left out goes to the frame above.
 *
 * Where states are known, the time in each but running is a sample of its own, with a frame such as `[lock]` below the
 * function, and the samples of a call path add up to its self time. All have the label `state`.
 */
import { gzip } from "../base/gzip.js";
import {
  type CallForest,
  EdgeKind,
  type FunctionInfo,
  ownersOf,
  type ProcessTree,
  partName,
  STATES,
  State,
  type ViewOptions,
  wholeSection,
} from "../calltree/index.js";
import { ProtoWriter } from "./protobuf.js";
import { leafName, type SelfPart, SelfTimes } from "./self-times.js";

export interface PprofOptions extends ViewOptions {
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

/** What a function has of its own if it never ran. */
const OWN: SelfPart = { leaf: -1, time: 0 };

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
    const { by } = this.options;
    const time = by === undefined ? "wall" : partName(by);
    for (const [type, unit] of [...(by === undefined ? [["calls", "count"]] : []), [time, "nanoseconds"]]) {
      const mark = out.open(Profile.sampleType);
      out.varint(ValueType.type, this.string(type));
      out.varint(ValueType.unit, this.string(unit));
      out.close(mark);
    }
    out.varint(Profile.defaultSampleType, this.string(time));
    this.span();
    for (const comment of this.options.comments ?? []) out.varint(Profile.comment, this.string(comment));
    for (const process of forest.processes) yield* this.samples(process);
    for (const func of this.functions) this.function(func + 1, this.functionOf(func));
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
    const { shown } = wholeSection(tree, process.total, this.options).view;
    const { goroutineRoots = false, by } = this.options;
    const times = new SelfTimes(tree, shown, by);
    const mapping = this.mapping(info.executable);
    const { functions } = this.forest;
    const tests = ownersOf(tree, functions);
    const own = by?.length === 1 ? by[0] : State.running;
    const processLabel = this.forest.processes.length > 1 ? `${info.executable} (${info.pid})` : undefined;
    /**
     * By depth: the location of the frame, with the line of the call or go statement that leads to the current node.
     */
    const above = new Float64Array(process.depthLimit + 2);
    /** By depth: the depth at which the stack begins. */
    const bottom = new Uint16Array(process.depthLimit + 2).fill(1);
    const stack = new Float64Array(process.depthLimit + 3);
    const values = new Float64Array(by === undefined ? 2 : 1);
    for (let node = 1; node < tree.size; node++) {
      const level = depth[node];
      const spawned = edge[node] !== EdgeKind.call;
      bottom[level] = spawned && goroutineRoots ? level : level === 1 ? 1 : bottom[level - 1];
      if (level > 1) {
        const line = spawned && goStatement[node] >= 0 ? functions[goStatement[node]].line : undefined;
        above[level - 1] = this.location(mapping, func[parent[node]], line);
      }
      // `others` is skipped: its calls are those of its children.
      if (shown[node] === 0 || node === tree.others) continue;
      const parts = times.parts(node, Math.round(times.self[node]));
      // The number of calls belongs to the function's own sample, which may have no time.
      if (by === undefined && parts[0]?.leaf !== -1) parts.unshift(OWN);
      for (const { leaf, time } of parts) {
        let count = 0;
        if (leaf >= 0) stack[count++] = this.location(mapping, functions.length + leaf, undefined);
        stack[count++] = this.location(mapping, func[node], undefined);
        for (let at = level - 1; at >= bottom[level]; at--) stack[count++] = above[at];
        if (by === undefined) values[0] = leaf < 0 ? calls[node] : 0;
        values[values.length - 1] = time;
        const mark = out.open(Profile.sample);
        out.packed(Sample.locationId, stack, count);
        out.packed(Sample.value, values);
        if (processLabel !== undefined) this.label("process", processLabel);
        if (tests.of[node] >= 0) this.label("test", tests.names[tests.of[node]]);
        if (tree.states !== undefined) this.label("state", STATES[leaf < 0 ? own : leaf]);
        out.close(mark);
        if (out.full) yield out.take();
      }
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
    const line = at ?? this.functionOf(func).line;
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

  /** Numbers beyond those of the forest's functions are states. */
  private functionOf(func: number): FunctionInfo {
    const { functions } = this.forest;
    return functions[func] ?? { name: leafName(func - functions.length), file: "", line: 0 };
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
