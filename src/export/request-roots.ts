/**
 * Finds the request that each call belongs to: those that it makes on its goroutine, and those of goroutines that it
 * started, directly or through others. Numbers of calls are those of {@link CallNumbers}.
 *
 * Memory: 24 bytes for each goroutine and 8 for each request.
 */
import { grown } from "../base/columns.js";
import type { Recording } from "../calltree/index.js";
import { CallNumbers, type Spawners } from "./spawners.js";

/** The requests of a recording. */
export class RequestRoots {
  /** By goroutine, in the order of the walk: its first call, the call that started it, its request (-1: not looked up). */
  private readonly first: Float64Array;
  private readonly request: Float64Array;

  /**
   * @param first ascending
   * @param serves by goroutine: whether its outermost calls are requests
   * @param requests the outermost calls of those, ascending
   * @param main by process: the outermost call to link requests to that no call started; 0 for none
   */
  constructor(
    first: Float64Array,
    private readonly spawner: Float64Array,
    private readonly serves: Uint8Array,
    private readonly requests: Float64Array,
    readonly main: readonly number[],
  ) {
    this.first = first;
    this.request = new Float64Array(first.length).fill(-1);
  }

  /** The request that a call belongs to, which may be the call itself; 0 for none. */
  of(call: number): number {
    if (call === 0) return 0;
    const chain: number[] = [];
    let found = 0;
    for (let at = call; at > 0; ) {
      const goroutine = lastUpTo(this.first, at);
      if (this.serves[goroutine] === 1) {
        found = this.requests[lastUpTo(this.requests, at)];
        break;
      }
      if (this.request[goroutine] >= 0) {
        found = this.request[goroutine];
        break;
      }
      // Set at once: a guess about who started a goroutine cannot lead round in a circle.
      this.request[goroutine] = 0;
      chain.push(goroutine);
      at = this.spawner[goroutine];
    }
    for (const goroutine of chain) this.request[goroutine] = found;
    return found;
  }
}

/** Walks a recording to find its requests; yields like a walk. Undefined if there are none, or that is not known. */
export function* findRequests(
  recording: Recording,
  spawners: Spawners,
): Generator<undefined, RequestRoots | undefined> {
  const { processes } = recording.forest;
  if (processes.every((_, process) => recording.servesRequests(process, 0) === undefined)) return undefined;
  const numbers = new CallNumbers();
  const main = processes.map(() => 0);
  let goroutines = 0;
  let first = new Float64Array(16);
  let spawner = new Float64Array(16);
  let serves = new Uint8Array(16);
  let count = 0;
  let requests = new Float64Array(16);
  let latest = 0;
  let process = 0;
  let isFirst = false;
  yield* recording.walk({
    begin(goroutine) {
      const at = goroutines++;
      first = grown(first, goroutines);
      spawner = grown(spawner, goroutines);
      serves = grown(serves, goroutines);
      first[at] = latest + 1;
      spawner[at] = spawners.of(goroutine);
      serves[at] = recording.servesRequests(goroutine.process, goroutine.goid) === true ? 1 : 0;
      process = goroutine.process;
      isFirst = goroutine.goid === 1;
    },
    enter() {
      const isOutermost = numbers.depth === 0;
      latest = numbers.enter();
      if (!isOutermost) return;
      if (isFirst) main[process] = latest;
      if (serves[goroutines - 1] === 0) return;
      requests = grown(requests, count + 1);
      requests[count++] = latest;
    },
    exit: () => numbers.exit(),
  });
  if (count === 0) return undefined;
  const known = <T extends Float64Array | Uint8Array>(column: T, size: number) => column.slice(0, size) as T;
  return new RequestRoots(
    known(first, goroutines),
    known(spawner, goroutines),
    known(serves, goroutines),
    known(requests, count),
    main,
  );
}

/** The index of the last number that is not greater than `most`; -1 for none. */
function lastUpTo(ascending: Float64Array, most: number): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ascending[middle] <= most) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
