/** What goes through the calls of goroutines, one after another. */
import type { RecordDecoder } from "../../calltrace/index.js";
import type { OpenChunk } from "./call-stacks.js";

/** A goroutine that begins; `node` and `edge` are the builder's numbers. */
export interface Begun {
  readonly goid: number;
  readonly parentGoid: number;
  readonly spawnRef: number;
  readonly time: number;
  readonly node: number;
  readonly edge: number;
  /** The goroutine in the trace that started it, directly or through goroutines that are not; 0 if unknown. */
  readonly starter: number;
}

export interface Walker {
  /** The time of the last record; set it to 0 before those of another slot. */
  floor: number;
  /** Whether calls are open. */
  readonly isOpen: boolean;
  /** A goroutine begins. @param omitted its outer frames that are open without a record */
  begin(begun: Begun, omitted: number): void;
  /**
   * Replays some of the records from the decoder's position on: up to what its status then says, if that is not `more`.
   *
   * @param chunk for which the decoder has been opened
   * @param base its first byte in the trace
   * @returns about how many records
   */
  run(decoder: RecordDecoder, chunk: OpenChunk, base: number): number;
  /** The goroutine ends at `time`, and with it its open calls, as never returned. */
  end(time: number): void;
}
