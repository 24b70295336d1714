/** The event loop: reads a trace to its end and feeds its events to a sink. */
import { refuseEmpty } from "./errors.js";
import type { TraceEvent } from "./event.js";
import { refuseNothing } from "./part.js";
import type { EventSource } from "./source.js";

/** Receives the events of a trace. Readers reuse the event object: its fields are valid during the call only. */
export interface EventSink {
  feed(e: TraceEvent): void;
}

/** Events between two calls of `progress`, a power of two. */
const STEP = 1 << 14;

/**
 * Feeds all remaining events of a trace, in order.
 *
 * @param progress called with the number of bytes read so far, once in 16,384 events
 * @throws TraceError when the trace cannot be read or has no events
 * @throws UserError when the trace ends before the part that `reader` reads (see PartReader)
 */
export function feedAll(
  reader: EventSource,
  sink: EventSink,
  progress: (bytes: number) => void = () => undefined,
): void {
  let count = 0;
  for (let event = reader.nextDecoded(); event; event = reader.nextDecoded()) {
    sink.feed(event);
    if ((++count & (STEP - 1)) === 0) progress(reader.bytesRead);
  }
  refuseEmpty(reader);
  refuseNothing(reader);
}
