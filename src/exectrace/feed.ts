/** Reading a trace to its end. */
import { refuseEmpty } from "./errors.js";
import type { TraceEvent } from "./event.js";
import { refuseNothing } from "./part.js";
import type { EventSource } from "./source.js";

/** What gets the events of a trace. Readers reuse an event: its fields are valid during the call only. */
export interface EventSink {
  feed(e: TraceEvent): void;
}

/** Events between two calls of `progress`, a power of two. */
const STEP = 1 << 14;

/**
 * Feeds all events that are left of a trace, in order.
 *
 * @param progress gets the bytes read so far, now and then
 * @throws TraceError when the trace cannot be read, or has no events
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
