/** Packets of Perfetto's format: clocks, tracks, and events with an interned name. */
import { encoded, ProtoWriter } from "./protobuf.js";

/** Field numbers, by message. */
const Trace = { packet: 1 } as const;
export const Packet = {
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
export const Track = {
  uuid: 1,
  name: 2,
  process: 3,
  parentUuid: 5,
  childOrdering: 11,
  orderRank: 12,
  siblingMerge: 15,
} as const;
export const Process = { pid: 1, name: 6 } as const;
export const Event = {
  annotations: 4,
  type: 9,
  nameIid: 10,
  trackUuid: 11,
  locationIid: 34,
  flowIds: 47,
  terminatingFlowIds: 48,
} as const;
const Annotation = { intValue: 4, stringValue: 6, name: 10 } as const;
export const Interned = { eventNames: 2, locations: 4, iid: 1, name: 2, file: 2, function: 3, line: 4 } as const;

export const Type = { begin: 1, end: 2, instant: 3 } as const;
export const Ordering = { chronological: 2, explicit: 3 } as const;
/** Tracks of equal names are not merged. */
export const NEVER_MERGE = 2;

const SEQUENCE = 1;
const STATE_CLEARED = 1;
const NEEDS_STATE = 2;
const BOOTTIME = 6;
const REALTIME = 1;

/** Encoded fields of every packet with an event. */
const WITH_STATE = encoded((out) => {
  out.varint(Packet.sequenceId, SEQUENCE);
  out.varint(Packet.sequenceFlags, NEEDS_STATE);
});

/** Writes packets. Times are nanoseconds since the beginning of the file. */
export class Packets {
  readonly out = new ProtoWriter();
  /** By name: its number in the interned data. */
  private readonly names = new Map<string, number>();

  /** @param firstName the first number for names that {@link event} interns */
  constructor(private readonly firstName: number) {}

  /** The packet that a file begins with. @param begin nanoseconds since 1970 at time 0 */
  head(begin: number | bigint): void {
    const { out } = this;
    const first = out.open(Trace.packet);
    out.varint(Packet.sequenceId, SEQUENCE);
    out.varint(Packet.sequenceFlags, STATE_CLEARED);
    out.varint(Packet.firstOnSequence, 1);
    const clocks = out.open(Packet.clockSnapshot);
    for (const [clock, time] of [
      [BOOTTIME, 0],
      [REALTIME, begin],
    ] as const) {
      const one = out.open(Snapshot.clocks);
      out.varint(Snapshot.clockId, clock);
      out.varint(Snapshot.timestamp, time);
      out.close(one);
    }
    out.varint(Snapshot.primaryClock, BOOTTIME);
    out.close(clocks);
    out.close(first);
  }

  /** Describes a track. @param parent its parent's uuid; 0 for none */
  track(uuid: number, parent: number, describe: () => void): void {
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

  /** Opens a packet at a time, for interned data and an event. */
  open(time: number): number {
    const { out } = this;
    const packet = out.open(Trace.packet);
    out.varint(Packet.timestamp, Math.round(time));
    out.fields(WITH_STATE);
    return packet;
  }

  /** A whole packet with an event. @param more writes further fields of the event */
  event(time: number, type: number, track: number, name: string | undefined, more?: () => void): void {
    const { out } = this;
    const packet = this.open(time);
    const iid = name === undefined ? 0 : this.nameOf(name);
    const event = out.open(Packet.trackEvent);
    out.varint(Event.type, type);
    out.varint(Event.trackUuid, track);
    if (iid > 0) out.varint(Event.nameIid, iid);
    more?.();
    out.close(event);
    out.close(packet);
  }

  /** An argument of the open event. */
  argument(name: string, value: string | number): void {
    const { out } = this;
    const annotation = out.open(Event.annotations);
    if (typeof value === "number") out.varint(Annotation.intValue, value);
    out.string(Annotation.name, name);
    if (typeof value === "string") out.string(Annotation.stringValue, value);
    out.close(annotation);
  }

  private nameOf(name: string): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const { out } = this;
    const iid = this.firstName + this.names.size;
    this.names.set(name, iid);
    const data = out.open(Packet.internedData);
    const entry = out.open(Interned.eventNames);
    out.varint(Interned.iid, iid);
    out.string(Interned.name, name);
    out.close(entry);
    out.close(data);
    return iid;
  }
}
