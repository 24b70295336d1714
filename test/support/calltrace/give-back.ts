/** Traces as processes leave them that have given back what was read. */
import { isGivenBack, openTrace, treePatches } from "../../../src/calltrace/index.js";
import { CHUNK_KINDS, Chunk, HEADER_SIZE } from "../../../src/calltrace/spec.js";
import { CONTROL_FIELDS } from "../../../src/calltrace/spec-ring.js";
import type { FollowOptions } from "../../../src/calltree/followed.js";
import { followedTree, ProcessFollower } from "../../../src/calltree/index.js";
import { memorySource } from "./memory-source.js";

/** The same trace without its chunks of events, their headers included. It must have a control chunk. */
export function givenBack(whole: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(whole);
  const view = new DataView(bytes.buffer);
  let given = 0n;
  for (let offset = HEADER_SIZE; offset < whole.length; ) {
    const size = view.getUint32(offset + Chunk.size, true);
    if (view.getUint16(offset + Chunk.kind, true) === CHUNK_KINDS.events) {
      bytes.fill(0, offset, offset + size);
      given += BigInt(size);
    }
    offset += size;
  }
  const control = Number(openTrace(memorySource(whole)).processes[0].header.numbers.control);
  view.setBigUint64(control + CONTROL_FIELDS.find(({ name }) => name === "given")!.offset, given, true);
  return bytes;
}

/**
 * The same with the tree that a follower has counted of the whole trace.
 * @param change what happens to the trace before
 * @param options what the follower collects beside the tree
 */
export function withTree(
  whole: Uint8Array,
  change = (bytes: Uint8Array<ArrayBuffer>) => bytes,
  options: FollowOptions = {},
): Uint8Array<ArrayBuffer> {
  let now = 0n;
  const followed = new ProcessFollower(memorySource(whole), () => (now += 60_000n), options).finish();
  const holes = change(givenBack(whole));
  const [process] = openTrace(memorySource(holes)).processes;
  if (!isGivenBack(process)) throw new Error("nothing was given back");
  return patched(holes, treePatches(process, followedTree(followed)!));
}

/** The bytes with some of them overwritten, or added at the end. */
export function patched(
  bytes: Uint8Array,
  patches: Iterable<{ readonly offset: number; readonly bytes: Uint8Array }>,
): Uint8Array<ArrayBuffer> {
  let result = Uint8Array.from(bytes);
  for (const { offset, bytes: part } of patches) {
    if (offset + part.length > result.length) {
      const longer = new Uint8Array(offset + part.length);
      longer.set(result);
      result = longer;
    }
    result.set(part, offset);
  }
  return result;
}
