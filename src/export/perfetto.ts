/**
 * Perfetto's own format (protos/perfetto/trace/perfetto_trace.proto), for ui.perfetto.dev and trace_processor: a stream
 * of packets. Each process has a track, below it one for its goroutines, and below that one per goroutine, named after
 * its first function. Calls are slices with the function's source location; a go statement is an instant with a flow to
 * the first call of the new goroutine. Names and locations are interned. Times are nanoseconds since the earliest
 * process began; a clock snapshot ties that to the wall clock. Where states are known, each goroutine has a second track
 * for them.
 */
import { Ending, type Goroutine, type Recording } from "../calltree/index.js";
import type { TimelineOptions } from "./chrome.js";
import type { Fit } from "./event-budget.js";
import { type TimelineSink, walkExcerpt } from "./excerpt.js";
import { Event, Interned, NEVER_MERGE, Ordering, Packet, Packets, Process, Track, Type } from "./perfetto-packets.js";
import { PerfettoStates, type StateTracks } from "./perfetto-states.js";
import { type Document, piecesOf, whenFull } from "./pieces.js";
import { beginningOf, pidsOf, startsOf } from "./processes.js";
import { encoded, type ProtoWriter } from "./protobuf.js";
import type { StateSlices } from "./state-slices.js";
import { Names } from "./titles.js";

const endings: Readonly<Record<number, string>> = {
  [Ending.panic]: "panic",
  [Ending.goexit]: "goexit",
  [Ending.running]: "not returned",
  [Ending.recovered]: "recovered",
};

/** One trace, in pieces to concatenate. */
export function* renderPerfetto(recording: Recording, options: TimelineOptions = {}): Document {
  const { fit, states } = options;
  // Functions have the first numbers for names, go statements the next one.
  const packets = new Packets(recording.forest.functions.length + 2);
  const { out } = packets;
  const writer = new PerfettoWriter(
    recording,
    new Names(recording.forest, options.title),
    packets,
    states && fit && { fit, states },
  );
  const chosen = fit && new Set(fit.goroutines.map(({ ordinal }) => ordinal));
  writer.head();
  const hidden = yield* piecesOf(walkExcerpt(recording, writer, fit, chosen), whenFull(out));
  yield out.take();
  return hidden;
}

class PerfettoWriter implements TimelineSink {
  private readonly out: ProtoWriter;
  private readonly starts: readonly number[];
  /** By function, bits: 1 if its name is interned, 2 if its location is. */
  private readonly interned: Uint8Array;
  /** Uuids up to this one are in use. Where states are shown, each goroutine then has two, in the order of `fit`. */
  private tracks: number;
  /** Where states are shown: by ordinal of a goroutine its place in `fit`, by process and goroutine its track. */
  private readonly places = new Map<number, number>();
  private readonly numbers: Map<number, number>[] = [];
  private flows = 0;
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
    private readonly packets: Packets,
    private readonly states: { readonly fit: Fit; readonly states: StateSlices } | undefined,
  ) {
    this.out = packets.out;
    const { functions, processes } = recording.forest;
    this.starts = startsOf(recording.forest);
    // The additional entry is the name of go statements.
    this.interned = new Uint8Array(functions.length + 1);
    this.tracks = 2 * processes.length;
    for (const [index, { ordinal, process, goid }] of (states?.fit.goroutines ?? []).entries()) {
      this.places.set(ordinal, index);
      this.numbers[process] ??= new Map();
      this.numbers[process].set(goid, this.tracks + 2 * index + 1);
    }
  }

  /** Writes the clock snapshot and the tracks of processes. */
  head(): void {
    const { out, packets } = this;
    const { forest } = this.recording;
    packets.head(beginningOf(forest));
    for (const [index, pid] of pidsOf(forest).entries()) {
      packets.track(2 * index + 1, 0, () => {
        const process = out.open(Track.process);
        out.varint(Process.pid, pid);
        out.string(Process.name, this.names.title(index));
        out.close(process);
      });
      packets.track(2 * index + 2, 2 * index + 1, () => {
        out.string(Track.name, "goroutines");
        out.varint(Track.childOrdering, this.states === undefined ? Ordering.chronological : Ordering.explicit);
      });
    }
  }

  begin(goroutine: Goroutine, node: number, ordinal: number): void {
    const { process } = goroutine;
    this.goroutine = goroutine;
    this.func = this.recording.forest.processes[process].tree.func;
    this.start = this.starts[process];
    this.isFirst = true;
    const place = this.places.get(ordinal);
    const uuid = place === undefined ? ++this.tracks : this.tracks + 2 * place + 1;
    this.heads = [0, Type.begin, Type.end, Type.instant].map((type) =>
      encoded((out) => {
        out.varint(Event.type, type);
        out.varint(Event.trackUuid, uuid);
      }),
    );
    const name = this.names.goroutine(goroutine, node);
    this.describe(uuid, process, name, place === undefined ? undefined : 2 * place);
    if (place !== undefined && this.states?.states.has(process)) {
      this.describe(uuid + 1, process, `${name} states`, 2 * place + 1);
      this.writeStates(goroutine);
    }
  }

  /** Describes a track of a goroutine. @param rank its place among the others; undefined: by its first event */
  private describe(uuid: number, process: number, name: string, rank: number | undefined): void {
    this.packets.track(uuid, 2 * process + 2, () => {
      this.out.string(Track.name, name);
      if (rank !== undefined) this.out.varint(Track.orderRank, rank);
      this.out.varint(Track.siblingMerge, NEVER_MERGE);
    });
  }

  private writeStates({ process, goid }: Goroutine): void {
    const { states, fit } = this.states!;
    const numbers = this.numbers[process];
    const tracks: StateTracks = {
      states: (id) => numbers.get(id)! + 1,
      wakes: (id) => numbers.get(id) ?? 0,
    };
    const sink = new PerfettoStates(this.packets, tracks, this.start, () => ++this.flows, goid);
    states.write(process, goid, fit.minimum, sink);
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
    if (how !== Ending.return) this.packets.argument("end", endings[how] ?? "unknown");
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
    const { interned } = this;
    const packet = this.packets.open(this.start + time);
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
}
