/** What all threads are told that replay shares of a trace. */
import type { Replayable } from "../replay/reach.js";
import type { ReplayOptions } from "../replay/stacks-for.js";

/** A trace to replay in shares; it can be sent to another thread. */
export interface SharedTrace extends Pick<Replayable, "chunks" | "clock"> {
  readonly queries: object;
  readonly options: ReplayOptions;
  /** By slot: the number of its share. */
  readonly owners: Uint8Array;
  readonly shares: number;
  /** The most nodes of all shares together. */
  readonly most: number;
  readonly memory: SharedArrayBuffer;
}
