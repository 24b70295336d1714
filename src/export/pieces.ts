/** Documents that are written while calls are walked. */
import type { HiddenCalls, Walk } from "../calltree/index.js";

/** A document in pieces; returns the calls that are not in it. */
export type Document = Generator<Uint8Array, HiddenCalls>;

/** Runs a walk to its end, and yields the pieces that are ready at each of its pauses. */
export function* piecesOf(walk: Walk, ready: () => Iterable<Uint8Array>): Document {
  let step = walk.next();
  for (; !step.done; step = walk.next()) yield* ready();
  return step.value;
}

/** For {@link piecesOf}: the bytes of a writer, if it has enough for a piece. */
export function whenFull(out: { readonly full: boolean; take(): Uint8Array }): () => Uint8Array[] {
  return () => (out.full ? [out.take()] : []);
}
