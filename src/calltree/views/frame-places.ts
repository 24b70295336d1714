/** Where the frames of a tree stand on their stacks: what sums by function need so that recursion counts once. */
import { type CallTree, EdgeKind } from "../tree.js";

/** By node. A goroutine has a stack of its own. */
export interface FramePlaces {
  /** The outermost frame of its goroutine. */
  readonly stack: Int32Array;
  /** 1 for the outermost frame of its function on the goroutine: the time of the others is part of its time. */
  readonly outer: Uint8Array;
}

/** Looks at every path once. @param functions how many there are */
export function framePlaces(
  { size, depth, func, edge }: Pick<CallTree, "size" | "depth" | "func" | "edge">,
  functions: number,
): FramePlaces {
  const stack = new Int32Array(size);
  const outer = new Uint8Array(size);
  let levels = 1;
  for (let node = 1; node < size; node++) if (depth[node] >= levels) levels = depth[node] + 1;
  /** Of the path to the node that is looked at, by depth: its node, and the `innermost` that it replaced. */
  const path = new Int32Array(levels);
  const replaced = new Int32Array(levels);
  /** By function: the depth of its innermost frame on the path; 0 for none. */
  const innermost = new Int32Array(functions);
  let open = 0;
  for (let node = 1; node < size; node++) {
    const level = depth[node];
    for (; open >= level; open--) innermost[func[path[open]]] = replaced[open];
    stack[node] = level === 1 || edge[node] !== EdgeKind.call ? node : stack[path[level - 1]];
    const of = func[node];
    // The frames of a goroutine stand together: those above its outermost one belong to others.
    if (innermost[of] < depth[stack[node]]) outer[node] = 1;
    path[level] = node;
    replaced[level] = innermost[of];
    innermost[of] = level;
    open = level;
  }
  return { stack, outer };
}
