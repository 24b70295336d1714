/** The ordered events of a trace, generation by generation. */
import type { CutWarning } from "./errors.js";
import type { SyncDetails, TraceEvent } from "./event.js";
import { emptyEvent } from "./event.js";
import { StackTable } from "./symbols.js";

/** Reads one trace. Holds one generation in memory, and all different stacks that its events named. */
export class TraceReader {
  /** Stacks and frames by the numbers in events; valid for the whole trace. */
  readonly stacks = new StackTable();

  /**
   * @param source the bytes of the file in chunks of any size (64 KiB to 1 MiB are good), pulled when needed; without it
   *   bytes come by `push` and `finish`
   */
  constructor(source?: Iterable<Uint8Array>) {
    void source;
  }

  /** Version in the header, 26 for Go 1.26; 0 before the first event. 23 is also what Go 1.24 writes. */
  get version(): number {
    return 0;
  }

  /** Time of the first event in nanoseconds of the machine's monotonic clock: 0 of `TraceEvent.time`. */
  get start(): bigint {
    return 0n;
  }

  /** What the last Sync event said: of the generation that events come from now. */
  get sync(): SyncDetails {
    return { generation: 0, clock: undefined, experiments: [] };
  }

  /** Set at the end of a trace that was cut off: what was lost. */
  get warning(): CutWarning | undefined {
    return undefined;
  }

  /**
   * The next event, in the one object that the reader fills again and again; undefined at the end of the trace (and, for
   * a reader without a source, when it needs more bytes).
   *
   * @throws TraceError when the trace cannot be read (further)
   */
  next(): TraceEvent | undefined {
    return this.version === 0 ? undefined : emptyEvent();
  }

  /** Gives a reader without a source the next bytes of the file; allowed when `next` returned undefined. */
  push(chunk: Uint8Array): void {
    void chunk;
  }

  /** Tells a reader without a source that no more bytes will come. */
  finish(): void {}

  /** Bytes of the file taken so far. */
  get bytesRead(): number {
    return 0;
  }

  /** Nanoseconds since 1970 (UTC) at a time of an event; undefined when the trace has no clock snapshot (before Go 1.25). */
  wallTime(time: number): bigint | undefined {
    void time;
    return undefined;
  }
}

/**
 * Reads a trace from chunks that may come asynchronously, and calls `visit` for every event.
 *
 * @returns the reader, for its warning and stacks
 * @throws TraceError
 */
export async function forEachEvent(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  visit: (event: TraceEvent, reader: TraceReader) => void,
): Promise<TraceReader> {
  const reader = new TraceReader();
  const drain = () => {
    for (let event = reader.next(); event; event = reader.next()) visit(event, reader);
  };
  for await (const chunk of chunks) {
    reader.push(chunk);
    drain();
  }
  reader.finish();
  drain();
  return reader;
}
