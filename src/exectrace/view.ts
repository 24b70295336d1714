/**
 * The event object that the reader hands out: a view of one record of the core, which decodes a field when it is read.
 */
import { EventKind, Place, type ResourceKind, Wire } from "./codes.js";
import { MetricName, RangeName, type TraceEvent } from "./event.js";
import type { Core } from "./host.js";
import { spec } from "./spec.js";
import type { StackNames } from "./symbols.js";
import type { Strings } from "./tables.js";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Names of metrics and ranges by the wire events that report them. */
const NAMES: Partial<Record<Wire, string>> = {
  [Wire.ProcsChange]: MetricName.gomaxprocs,
  [Wire.HeapAlloc]: MetricName.heapLive,
  [Wire.HeapGoal]: MetricName.heapGoal,
  [Wire.GCActive]: RangeName.gcMark,
  [Wire.GCBegin]: RangeName.gcMark,
  [Wire.GCEnd]: RangeName.gcMark,
  [Wire.GCSweepActive]: RangeName.gcSweep,
  [Wire.GCSweepBegin]: RangeName.gcSweep,
  [Wire.GCSweepEnd]: RangeName.gcSweep,
  [Wire.GCMarkAssistActive]: RangeName.gcMarkAssist,
  [Wire.GCMarkAssistBegin]: RangeName.gcMarkAssist,
  [Wire.GCMarkAssistEnd]: RangeName.gcMarkAssist,
};

/** The event. `open` and `next` position it; the members are those of TraceEvent. */
export class EventView implements TraceEvent {
  /** Address of the current record, and end of the last one. */
  private at = 0;
  private end = 0;
  private bytes!: Uint8Array;
  private words!: Int32Array;
  private floats!: Float64Array;
  private strings!: Strings;
  private stacks!: StackNames;

  constructor(private readonly core: Core) {}

  /** Positions the view before the first of the records that the core has made. @param size of these, in bytes */
  open(size: number): void {
    const { core } = this;
    this.at = core.records - Place.size;
    this.end = core.records + size;
    this.bytes = core.bytes;
    this.words = core.words;
    this.floats = core.floats;
  }

  /** Moves to the next record; false if there is none. */
  next(): boolean {
    this.at += Place.size;
    return this.at < this.end;
  }

  /** Sets the tables of the generation that the records belong to. */
  setTables(strings: Strings, stacks: StackNames): void {
    this.strings = strings;
    this.stacks = stacks;
  }

  get kind(): EventKind {
    return this.bytes[this.at + Place.kind];
  }

  get type(): number {
    return this.bytes[this.at + Place.type];
  }

  get time(): number {
    return this.floats[(this.at + Place.time) >>> 3];
  }

  get thread(): number {
    return this.id64(Place.thread);
  }

  get proc(): number {
    return this.id64(Place.proc);
  }

  get goroutine(): number {
    return this.id64(Place.goroutine);
  }

  get stack(): number {
    return this.stackAt(Place.stack);
  }

  get resource(): ResourceKind {
    return this.bytes[this.at + Place.resource];
  }

  get id(): number {
    return this.id64(Place.id);
  }

  get from(): number {
    return this.bytes[this.at + Place.from];
  }

  get to(): number {
    return this.bytes[this.at + Place.to];
  }

  get reason(): string {
    return this.kind === EventKind.StateTransition ? this.strings.text(this.word(Place.text)) : "";
  }

  get transitionStack(): number {
    return this.kind === EventKind.StateTransition ? this.stackAt(Place.target) : 0;
  }

  get name(): string {
    switch (this.kind) {
      case EventKind.Metric:
      case EventKind.RangeBegin:
      case EventKind.RangeActive:
      case EventKind.RangeEnd:
        return NAMES[this.type as Wire] ?? `${RangeName.stopTheWorld} (${this.text(Place.text)})`;
      case EventKind.Label:
      case EventKind.TaskBegin:
      case EventKind.TaskEnd:
      case EventKind.RegionBegin:
      case EventKind.RegionEnd:
      case EventKind.Log:
        return this.text(Place.text);
      case EventKind.Experimental:
        return spec(this.type)!.name;
      default:
        return "";
    }
  }

  get message(): string {
    return this.kind === EventKind.Log ? this.text(Place.message) : "";
  }

  get task(): number {
    return this.id64(Place.id);
  }

  get parent(): number {
    return this.id64(Place.parent);
  }

  get value(): number {
    return this.valueAt(0);
  }

  get swept(): number {
    return this.valueAt(1);
  }

  get reclaimed(): number {
    return this.valueAt(2);
  }

  get args(): readonly number[] {
    return Array.from(spec(this.type)!.args, (_, n) => this.valueAt(n));
  }

  /** Reads an id: exact below 2^53, and a small integer for the engine if it fits 32 bits. */
  private id64(place: number): number {
    const word = (this.at + place) >>> 2;
    const low = this.words[word];
    const high = this.words[word + 1];
    return high === low >> 31 ? low : high * 4294967296 + (low >>> 0);
  }

  private stackAt(place: number): number {
    const stack = this.word(place);
    return stack === 0 ? 0 : this.stacks.resolve(stack);
  }

  private word(place: number): number {
    return this.words[(this.at + place) >>> 2];
  }

  private valueAt(n: number): number {
    return this.floats[((this.at + Place.values) >>> 3) + n];
  }

  /** Decodes a string of the generation or a text that the core kept from an earlier one (core/texts.ts). */
  private text(place: number): string {
    const text = this.word(place);
    return text >= 0 ? this.strings.text(text) : utf8.decode(this.core.text(text));
  }
}
