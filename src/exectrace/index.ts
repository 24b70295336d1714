/**
 * Reads Go execution traces (`go test -trace`, `runtime/trace`, `/debug/pprof/trace`, the flight recorder) of Go 1.22
 * and later: from bytes to ordered events.
 *
 *     const reader = new TraceReader(chunks); // chunks: Iterable<Uint8Array>, pulled when needed
 *     for (let event = reader.next(); event; event = reader.next()) {
 *       if (event.kind === EventKind.StateTransition && event.resource === ResourceKind.Goroutine) {
 *         event.id; event.from; event.to; event.reason; reader.stacks.frames(event.stack);
 *       }
 *     }
 *     reader.warning; // set when the file was cut off
 *
 * TraceReader also has the clocks, the version and the number of generations.
 */
export { Wire } from "./codes.js";
export { describeCut, TraceError } from "./errors.js";
export {
  BACKGROUND_TASK,
  EventKind,
  type Frame,
  GoState,
  MetricName,
  NONE,
  ProcState,
  RangeName,
  ResourceKind,
  type TraceEvent,
} from "./event.js";
export { type EventSink, feedAll } from "./feed.js";
export { releaseOf } from "./header.js";
export { PartReader, type Span } from "./part.js";
export { TraceReader } from "./reader.js";
export type { EventSource } from "./source.js";
export { spec } from "./spec.js";
export type { StackTable } from "./symbols.js";
