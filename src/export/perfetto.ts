/**
 * Perfetto's own format (protos/perfetto/trace/perfetto_trace.proto), for ui.perfetto.dev and trace_processor: a stream
 * of packets. Each process has a track, below it one for its goroutines, and below that one per goroutine, named after
 * its first function. Calls are slices with the function's source location; a go statement is an instant with a flow to
 * the first call of the new goroutine. Names and locations are interned. Times are nanoseconds since the earliest
 * process began; a clock snapshot ties that to the wall clock.
 */
import { Ending, type Goroutine, type Recording } from "../calltree/index.js";
import type { TimelineOptions } from "./chrome.js";
import { type TimelineSink, walkExcerpt } from "./excerpt.js";
import { type Document, piecesOf, whenFull } from "./pieces.js";
import { beginningOf, pidsOf, startsOf } from "./processes.js";
import { encoded, ProtoWriter } from "./protobuf.js";
import { Names } from "./titles.js";

/** Field numbers, by message. */
const Trace = { packet: 1 } as const;
const Packet = {
  clockSnapshot: 6,
  timestamp: 8,
  sequenceId: 10,
  trackEvent: 11,
  internedData: 12,
  sequenceFlags: 13,
  trackDescriptor: 60,
  firstOnSequence: 87,
} as const;
const Snapshot = { clocks: 1, primaryClock: 2, clockId: 1, timestamp: 2 } as const;
const Track = { uuid: 1, name: 2, process: 3, parentUuid: 5, childOrdering: 11, siblingMerge: 15 } as const;
const Process = { pid: 1, name: 6 } as const;
const Event = {
  annotations: 4,
  type: 9,
  nameIid: 10,
  trackUuid: 11,
  locationIid: 34,
  flowIds: 47,
  terminatingFlowIds: 48,
} as const;
const Annotation = { stringValue: 6, name: 10 } as const;
const Interned = { eventNames: 2, locations: 4, iid: 1, name: 2, file: 2, function: 3, line: 4 } as const;

const SEQUENCE = 1;
const STATE_CLEARED = 1;
const NEEDS_STATE = 2;
const BOOTTIME = 6;
const REALTIME = 1;
const CHRONOLOGICAL = 2;
const NEVER_MERGE = 2;
const Type = { begin: 1, end: 2, instant: 3 } as const;

/** Encoded fields of every packet with an event. */
const WITH_STATE = encoded((out) => {
  out.varint(Packet.sequenceId, SEQUENCE);
  out.varint(Packet.sequenceFlags, NEEDS_STATE);
});

const endings: Readonly<Record<number, string>> = {
  [Ending.panic]: "panic",
  [Ending.goexit]: "goexit",
  [Ending.running]: "not returned",
  [Ending.recovered]: "recovered",
};

/** One trace, in pieces to concatenate. */
export function* renderPerfetto(recording: Recording, options: TimelineOptions = {}): Document {
  const { fit } = options;
  const out = new ProtoWriter();
  const writer = new PerfettoWriter(recording, new Names(recording.forest, options.title), out);
  const chosen = fit && new Set(fit.goroutines.map(({ ordinal }) => ordinal));
  writer.head();
  const leftOut = yield* piecesOf(walkExcerpt(recording, writer, fit, chosen), whenFull(out));
  yield out.take();
  return leftOut;
}

class PerfettoWriter implements TimelineSink {
  private readonly starts: readonly number[];
  /** By function, bits: 1 if its name is interned, 2 if its location is. */
  private readonly interned: Uint8Array;
  private tracks: number;
  private goroutine!: Goroutine;
  private func!: Int32Array;
  private start = 0;
  private isFirst = false;
  /** Encoded fields of this goroutine's events, by type. */
  private heads: Uint8Array[] = [];
  /** Encoded fields of calls, by function. */
  private readonly calls: Uint8Array[] = [];

  constructor(
    private readonly recording: Recording,
    private readonly names: Names,
    private readonly out: ProtoWriter,
  ) {
    const { functions, processes } = recording.forest;
    this.starts = startsOf(recording.forest);
    // The additional entry is the name of go statements.
    this.interned = new Uint8Array(functions.length + 1);
    this.tracks = 2 * processes.length;
  }

  /** Writes the clock snapshot and the tracks of processes. */
  head(): void {
    const { out } = this;
    const { forest } = this.recording;
    const first = out.open(Trace.packet);
    out.varint(Packet.sequenceId, SEQUENCE);
    out.varint(Packet.sequenceFlags, STATE_CLEARED);
    out.varint(Packet.firstOnSequence, 1);
    const clocks = out.open(Packet.clockSnapshot);
    for (const [clock, time] of [
      [BOOTTIME, 0],
      [REALTIME, beginningOf(forest)],
    ] as const) {
      const one = out.open(Snapshot.clocks);
      out.varint(Snapshot.clockId, clock);
      out.varint(Snapshot.timestamp, time);
      out.close(one);
    }
    out.varint(Snapshot.primaryClock, BOOTTIME);
    out.close(clocks);
    out.close(first);
    for (const [index, pid] of pidsOf(forest).entries()) {
      this.track(2 * index + 1, 0, () => {
        const process = out.open(Track.process);
        out.varint(Process.pid, pid);
        out.string(Process.name, this.names.title(index));
        out.close(process);
      });
      this.track(2 * index + 2, 2 * index + 1, () => {
        out.string(Track.name, "goroutines");
        out.varint(Track.childOrdering, CHRONOLOGICAL);
      });
    }
  }

  begin(goroutine: Goroutine, node: number): void {
    const { process } = goroutine;
    this.goroutine = goroutine;
    this.func = this.recording.forest.processes[process].tree.func;
    this.start = this.starts[process];
    this.isFirst = true;
    this.tracks++;
    this.heads = [0, Type.begin, Type.end, Type.instant].map((type) =>
      encoded((out) => {
        out.varint(Event.type, type);
        out.varint(Event.trackUuid, this.tracks);
      }),
    );
    this.track(this.tracks, 2 * process + 2, () => {
      this.out.string(Track.name, this.names.goroutine(goroutine, node));
      this.out.varint(Track.siblingMerge, NEVER_MERGE);
    });
  }

  open(node: number, time: number): void {
    const { out } = this;
    const func = this.func[node];
    this.calls[func] ??= encoded((fields) => {
      fields.varint(Event.nameIid, func + 1);
      fields.varint(Event.locationIid, func + 1);
    });
    const packet = this.packet(time, func, func);
    const event = this.event(Type.begin);
    out.fields(this.calls[func]);
    const { spawn } = this.goroutine;
    if (this.isFirst && spawn > 0) this.flow(Event.terminatingFlowIds, spawn);
    this.isFirst = false;
    out.close(event);
    out.close(packet);
  }

  close(_node: number, time: number, how: number): void {
    const { out } = this;
    const packet = this.packet(time, -1, -1);
    const event = this.event(Type.end);
    if (how !== Ending.return) {
      const annotation = out.open(Event.annotations);
      out.string(Annotation.name, "end");
      out.string(Annotation.stringValue, endings[how] ?? "unknown");
      out.close(annotation);
    }
    out.close(event);
    out.close(packet);
  }

  spawn(goStatement: number, time: number, ref: number): void {
    const { out } = this;
    const { length } = this.recording.forest.functions;
    const packet = this.packet(time, length, goStatement);
    const event = this.event(Type.instant);
    out.varint(Event.nameIid, length + 1);
    if (goStatement >= 0) out.varint(Event.locationIid, goStatement + 1);
    this.flow(Event.flowIds, ref);
    out.close(event);
    out.close(packet);
  }

  /** Writes the flow's id, which is the same on both ends of a flow and otherwise unique. */
  private flow(field: number, ref: number): void {
    const high = this.goroutine.process * 65_536 + Math.floor(ref / 2 ** 32) + 1;
    this.out.fixed64(field, ref % 2 ** 32, high);
  }

  /** Begins a packet for an event with a name and a location, -1 for none; interns these on first use. */
  private packet(time: number, name: number, place: number): number {
    const { out, interned } = this;
    const packet = out.open(Trace.packet);
    out.varint(Packet.timestamp, Math.round(this.start + time));
    out.fields(WITH_STATE);
    const isNew = (name >= 0 && (interned[name] & 1) === 0) || (place >= 0 && (interned[place] & 2) === 0);
    if (isNew) this.intern(name, place);
    return packet;
  }

  private intern(name: number, place: number): void {
    const { out, interned } = this;
    const { functions } = this.recording.forest;
    const data = out.open(Packet.internedData);
    if (name >= 0 && (interned[name] & 1) === 0) {
      interned[name] |= 1;
      const entry = out.open(Interned.eventNames);
      out.varint(Interned.iid, name + 1);
      out.string(Interned.name, functions[name]?.name ?? "go");
      out.close(entry);
    }
    if (place >= 0 && (interned[place] & 2) === 0) {
      interned[place] |= 2;
      const { name: around, file, line } = functions[place];
      const entry = out.open(Interned.locations);
      out.varint(Interned.iid, place + 1);
      out.string(Interned.file, file);
      out.string(Interned.function, around);
      out.varint(Interned.line, line);
      out.close(entry);
    }
    out.close(data);
  }

  private event(type: number): number {
    const { out } = this;
    const event = out.open(Packet.trackEvent);
    out.fields(this.heads[type]);
    return event;
  }

  private track(uuid: number, parent: number, describe: () => void): void {
    const { out } = this;
    const packet = out.open(Trace.packet);
    out.varint(Packet.sequenceId, SEQUENCE);
    const track = out.open(Packet.trackDescriptor);
    out.varint(Track.uuid, uuid);
    if (parent > 0) out.varint(Track.parentUuid, parent);
    describe();
    out.close(track);
    out.close(packet);
  }
}
