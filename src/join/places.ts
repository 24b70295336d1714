/** The functions of stacks that tell the user where a goroutine was. */
import { isWritten, ownFrame } from "../base/packages.js";
import type { StackTable } from "../exectrace/index.js";
import { INNER } from "./classify.js";

/** Looks at each stack once. */
export class Places {
  private readonly known: (string | undefined)[] = [];

  constructor(private readonly stacks: StackTable) {}

  /**
   * The innermost function of the program, else of a dependency, else of the standard library above what waits for the
   * runtime, else the innermost; "" without a stack.
   */
  of(stack: number): string {
    if (stack === 0) return "";
    let place = this.known[stack];
    if (place === undefined) {
      const frames = this.stacks.frames(stack).filter(isWritten);
      const outer = frames.filter((frame) => !INNER.test(frame.function));
      place = (ownFrame(outer) ?? frames[0])?.function ?? "";
      this.known[stack] = place;
    }
    return place;
  }
}
