/** Follows running processes by their call traces, with memory that does not grow with the traces. */
export { Follower } from "./follower.js";
export {
  type FunctionNow,
  matchingSnapshot,
  type ProcessNow,
  type Snapshot,
  takeSnapshot,
} from "./snapshot.js";
export type { Wait } from "./waits.js";
