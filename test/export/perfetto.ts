/**
 * Reads Perfetto traces with Perfetto's published schema, as trace_processor does: packets of all sequences in order of
 * time (stable), names looked up in the interned data of their sequence, slices nested on their tracks, flows between
 * them.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { STATES } from "../../src/calltree/index.js";

const path = resolve(import.meta.dirname, "../../testdata/perfetto/perfetto_trace.descriptor.gz");
const schema = descriptor.FileDescriptorSet.decode(gunzipSync(readFileSync(path)));
// biome-ignore lint/suspicious/noExplicitAny: the extension adds a method that the types do not know
const Trace = (protobuf.Root as any).fromDescriptor(schema).lookupType("perfetto.protos.Trace") as protobuf.Type;

interface Slice {
  /** Names from the process down. */
  readonly track: string;
  readonly path: string;
  readonly start: number;
  end: number;
  readonly place: string;
  /** Why it ended, if the trace has it. */
  how?: string;
  /** Origin of the flow that ends here: `track@time`. */
  from?: string;
  /** What else is said of it. */
  readonly args: Readonly<Record<string, string>>;
}

interface Instant {
  readonly track: string;
  readonly time: number;
  readonly name: string;
  readonly from?: string;
}

export interface PerfettoTrace {
  readonly slices: readonly Slice[];
  readonly instants: readonly Instant[];
  /** The names of the tracks that have a place among their siblings, in that order. */
  readonly ranks: readonly string[];
  /** `process (pid)`. */
  readonly processes: readonly string[];
  /** Nanoseconds since 1970 at time 0. */
  readonly begin: bigint;
}

interface Interned {
  readonly names: Map<string, string>;
  readonly places: Map<string, string>;
}

// biome-ignore lint/suspicious/noExplicitAny: as the schema says
type Packet = any;

/** Parses a trace. @throws when a reader would drop something */
export function readPerfetto(bytes: Uint8Array): PerfettoTrace {
  const decoded = Trace.decode(bytes);
  // A field that the schema does not know would be lost here.
  const again = Trace.encode(decoded).finish().length;
  if (again !== bytes.length) throw new Error(`${bytes.length} bytes, of which ${again} are understood`);
  const packets = (Trace.toObject(decoded, { longs: String, enums: String }) as { packet?: Packet[] }).packet ?? [];
  const tracks = new Map<string, Packet>();
  const sequences = new Map<number, Interned>();
  const events: { time: number; event: Packet; interned: Interned }[] = [];
  let begin = -1n;
  for (const packet of packets) {
    const sequence = packet.trusted_packet_sequence_id;
    if (sequence === undefined) throw new Error("a packet without a sequence");
    const flags = packet.sequence_flags ?? 0;
    if (flags & 1) sequences.set(sequence, { names: new Map(), places: new Map() });
    const interned = sequences.get(sequence);
    if (flags & 2 && interned === undefined) throw new Error("state before it was cleared");
    if (packet.interned_data) {
      for (const { iid, name } of packet.interned_data.event_names ?? []) interned!.names.set(iid, name);
      for (const { iid, file_name, function_name, line_number } of packet.interned_data.source_locations ?? [])
        interned!.places.set(iid, `${function_name} ${file_name}:${line_number}`);
    }
    if (packet.clock_snapshot) {
      const at = (id: number) => BigInt(packet.clock_snapshot.clocks.find((c: Packet) => c.clock_id === id).timestamp);
      if (packet.clock_snapshot.primary_trace_clock !== "BUILTIN_CLOCK_BOOTTIME") throw new Error("another clock");
      begin = at(1) - at(6);
    }
    if (packet.track_descriptor) {
      const { uuid } = packet.track_descriptor;
      if (uuid === undefined || tracks.has(uuid)) throw new Error(`track ${uuid} is described twice`);
      tracks.set(uuid, packet.track_descriptor);
    }
    if (packet.track_event)
      events.push({ time: Number(packet.timestamp), event: packet.track_event, interned: interned! });
  }
  events.sort((a, b) => a.time - b.time);
  return { ...slicesOf(events, tracks), processes: processesOf(tracks), ranks: ranksOf(tracks), begin };
}

function processesOf(tracks: ReadonlyMap<string, Packet>): string[] {
  return [...tracks.values()].flatMap(({ process }) => (process ? [`${process.process_name} (${process.pid})`] : []));
}

function ranksOf(tracks: ReadonlyMap<string, Packet>): string[] {
  const all = [...tracks.values()];
  const ranked = all.filter(({ parent_uuid }) => tracks.get(parent_uuid)?.child_ordering === "EXPLICIT");
  if (ranked.some(({ sibling_order_rank }) => sibling_order_rank === undefined)) throw new Error("no rank");
  return ranked.sort((a, b) => a.sibling_order_rank - b.sibling_order_rank).map(({ name }) => name);
}

function argsOf({ debug_annotations = [] }: Packet): Record<string, string> {
  return Object.fromEntries(
    debug_annotations.map(({ name, string_value, int_value }: Packet) => [name, string_value ?? int_value]),
  );
}

function slicesOf(
  events: readonly { time: number; event: Packet; interned: Interned }[],
  tracks: ReadonlyMap<string, Packet>,
): Pick<PerfettoTrace, "slices" | "instants"> {
  const name = (uuid: string): string => {
    const track = tracks.get(uuid);
    if (track === undefined) throw new Error(`track ${uuid} is not described`);
    const own = track.process ? `${track.process.process_name}` : track.name;
    return track.parent_uuid === undefined ? own : `${name(track.parent_uuid)}/${own}`;
  };
  const slices: Slice[] = [];
  const instants: Instant[] = [];
  const stacks = new Map<string, { name: string; slice: Slice }[]>();
  const flows = new Map<string, string>();
  for (const { time, event, interned } of events) {
    const stack = stacks.get(event.track_uuid) ?? [];
    stacks.set(event.track_uuid, stack);
    const called = interned.names.get(event.name_iid);
    const place = interned.places.get(event.source_location_iid);
    if (event.type === "TYPE_INSTANT") {
      if (called === undefined) throw new Error("an instant without a name");
      const track = name(event.track_uuid);
      for (const id of event.flow_ids ?? []) flows.set(id, [`${track}@${time} ${called}`, place].join(" ").trim());
      const [ended] = event.terminating_flow_ids ?? [];
      instants.push({
        track,
        time,
        name: called,
        ...(ended === undefined ? {} : { from: flows.get(ended) ?? "nowhere" }),
      });
    } else if (event.type === "TYPE_SLICE_BEGIN") {
      if (called === undefined) throw new Error("a slice without a name");
      const above = stack.map((entry) => `${entry.name};`).join("");
      const track = name(event.track_uuid);
      if (place === undefined && !(STATES as readonly string[]).includes(called))
        throw new Error("a call without a place");
      const slice: Slice = {
        track,
        path: above + called,
        start: time,
        end: -1,
        place: place ?? "",
        args: argsOf(event),
      };
      for (const id of event.terminating_flow_ids ?? []) slice.from = flows.get(id) ?? "nowhere";
      stack.push({ name: called, slice });
      slices.push(slice);
    } else if (event.type === "TYPE_SLICE_END") {
      const top = stack.pop();
      if (top === undefined) throw new Error("an end without a slice");
      top.slice.end = time;
      for (const { name: key, string_value } of event.debug_annotations ?? []) {
        if (key === "end") top.slice.how = string_value;
      }
    } else throw new Error(`an event of type ${event.type}`);
  }
  if ([...stacks.values()].some((stack) => stack.length > 0)) throw new Error("a slice does not end");
  return { slices, instants };
}
