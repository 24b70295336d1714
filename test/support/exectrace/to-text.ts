/**
 * Events as lines of text, in the same form as test/oracle writes them with Go's own reader, for comparisons and golden
 * files.
 */
import { TraceError } from "../../../src/exectrace/errors.js";
import {
  EventKind,
  type Frame,
  GoState,
  ProcState,
  ResourceKind,
  type TraceEvent,
} from "../../../src/exectrace/event.js";
import type { TraceReader } from "../../../src/exectrace/reader.js";
import { namesOf, spec } from "../../../src/exectrace/spec.js";

const KINDS = names(EventKind);
const GO_STATES = names(GoState);
const PROC_STATES = names(ProcState);
const RESOURCES = names(ResourceKind);

/** The whole trace, line by line. The last line is "refused" if it cannot be read (any further), or describes a cut. */
export function* traceText(reader: TraceReader): Generator<string> {
  const stacks = new StackNumbers(reader);
  try {
    let first = true;
    for (let event = reader.next(); event; event = reader.next()) {
      if (first) yield `start ${reader.start}`;
      first = false;
      const stack = stacks.number(event.stack);
      const target = event.kind === EventKind.StateTransition ? stacks.number(event.transitionStack) : 0;
      yield* stacks.fresh();
      const tail = `${target ? ` target=${target}` : ""}${stack ? ` stack=${stack}` : ""}`;
      yield `${eventText(event, reader)}${tail}`;
    }
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    yield "refused";
  }
  if (reader.warning) yield `cut generation=${reader.warning.generation} lost=${reader.warning.lostBytes}`;
}

/** One event without its stacks. */
export function eventText(event: TraceEvent, reader: TraceReader): string {
  const { time, thread, proc, goroutine, kind } = event;
  return `${time} m=${thread} p=${proc} g=${goroutine} ${KINDS[kind]}${detailText(event, reader)}`;
}

function detailText(event: TraceEvent, reader: TraceReader): string {
  switch (event.kind) {
    case EventKind.Sync:
      return syncText(event, reader);
    case EventKind.Metric:
      return ` ${event.name} ${event.value}`;
    case EventKind.Label:
    case EventKind.RangeBegin:
    case EventKind.RangeActive:
      return ` ${quote(event.name)} ${resourceText(event)}`;
    case EventKind.RangeEnd: {
      const sweep = event.resource === ResourceKind.Proc;
      const attributes = sweep ? ` swept=${event.swept} reclaimed=${event.reclaimed}` : "";
      return ` ${quote(event.name)} ${resourceText(event)}${attributes}`;
    }
    case EventKind.TaskBegin:
    case EventKind.TaskEnd:
      return ` ${event.task} parent=${event.parent} ${quote(event.name)}`;
    case EventKind.RegionBegin:
    case EventKind.RegionEnd:
      return ` task=${event.task} ${quote(event.name)}`;
    case EventKind.Log:
      return ` task=${event.task} ${quote(event.name)} ${quote(event.message)}`;
    case EventKind.StateTransition: {
      const states = event.resource === ResourceKind.Goroutine ? GO_STATES : PROC_STATES;
      const reason = event.reason ? ` ${quote(event.reason)}` : "";
      return ` ${resourceText(event)} ${states[event.from]}->${states[event.to]}${reason}`;
    }
    case EventKind.Experimental: {
      const { args } = spec(event.type)!;
      return ` ${event.name}${event.args.map((value, i) => ` ${args[i]}=${value}`).join("")}`;
    }
    case EventKind.StackSample:
      return "";
  }
}

function syncText(event: TraceEvent, reader: TraceReader): string {
  const { clock, experiments } = reader.sync;
  const clocks = clock ? ` clock=${clock.time} mono=${clock.mono} wall=${clock.wall}` : "";
  const data = experiments.map((batch) => ` data=${batch.thread}:${batch.data.length}:${fnv(batch.data)}`);
  return ` ${event.value}${clocks}${data.join("")}`;
}

function resourceText(event: TraceEvent): string {
  return event.resource === ResourceKind.None ? "None" : `${RESOURCES[event.resource]} ${event.id}`;
}

/** Numbers stacks in the order in which events first refer to them. */
class StackNumbers {
  private readonly numbers = new Map<number, number>();
  private readonly lines: string[] = [];

  constructor(private readonly reader: TraceReader) {}

  number(stack: number): number {
    if (stack === 0 || this.reader.stacks.depth(stack) === 0) return 0;
    let number = this.numbers.get(stack);
    if (number === undefined) {
      number = this.numbers.size + 1;
      this.numbers.set(stack, number);
      this.lines.push(`stack ${number}${this.reader.stacks.frames(stack).map(frameText).join("")}`);
    }
    return number;
  }

  fresh(): string[] {
    return this.lines.splice(0);
  }
}

function frameText(frame: Frame): string {
  return ` ${quote(frame.function)}@${quote(frame.file)}:${frame.line}:${frame.pc}`;
}

function quote(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replace(/\ufffd+/g, "\ufffd");
  return `"${escaped.replace(/[\x00-\x1f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`)}"`;
}

function fnv(data: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function names<T extends object>(values: T): string[] {
  const list: string[] = [];
  for (const name of namesOf(values)) list[Number(values[name])] = name;
  return list;
}
