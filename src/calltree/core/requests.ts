/**
 * Collects requests: the outermost calls of goroutines that serve. Which handler a request was for can be told only at the end,
 * from the whole tree (callstats/dispatch.ts). So durations are kept by signature: the outermost node of a request, and the
 * candidates for its handler in the order in which it entered them for the last time. How signatures follow from one another
 * is found by the host (replay/core-requests.ts), once for each.
 */
import { NodeMark } from "../codes";
import { recordAt } from "./durations";
import { indexOf, Node } from "./nodes";

/** Fields as in SignaturePlace. */
@unmanaged
export class Signature {
  durations: u32;
  /** The candidate that was entered last, null for none. */
  last: Node | null;
  steps: Step | null;
}

/** From one signature to the next; fields as in StepPlace. */
@unmanaged
class Step {
  /** The candidate that is entered. */
  node: Node;
  to: Signature;
  next: Step | null;
}

/** By node: address of the signature of requests that have entered nothing but the node, 32 bits; 0 for none. */
let starts: usize = 0;
/** Requests that take this long, or longer, are shown to the host; nanoseconds. */
let least: f64 = 0;

/** @param startsAt by node, all zero */
export function collectRequests(startsAt: usize): void {
  starts = startsAt;
}

export function setLeast(duration: f64): void {
  least = duration;
}

/** The signature of a request that begins, null for one that the host has to make. */
export function startOf(node: Node): Signature | null {
  return changetype<Signature | null>(<usize>load<u32>(starts + ((<usize>indexOf(node)) << 2)));
}

/** The signature of a request that enters a candidate; null if the host has to find it. One called in a loop is dropped. */
export function following(signature: Signature, node: Node): Signature | null {
  if (signature.last === node) {
    const above = changetype<Node>(node.parent);
    if (node.calls > 2 * above.calls + NodeMark.often)
      node.mark = node.mark & <u16>~(NodeMark.candidate | NodeMark.chain);
    return signature;
  }
  let step = signature.steps;
  while (step !== null) {
    if (step.node === node) return step.to;
    step = step.next;
  }
  return null;
}

/** A request ends. @returns whether it may be one of the slowest */
export function recordRequest(signature: Signature, duration: f64): bool {
  recordAt(changetype<usize>(signature), duration);
  return duration >= least;
}
