/** Finds the frame of a stack that is the user's own code, not a library's. */
import { isStandard, isWritten, packageOf } from "../base/packages.js";
import type { Frame, StackTable } from "../exectrace/index.js";

/** Innermost user frames of stacks; each stack is searched once. */
export class UserFrames {
  /** Results by stack. */
  private known = new Map<number, Frame | undefined>();

  /**
   * @param module prefix of the user's import paths; without it, everything outside of the standard library is the
   * user's
   */
  constructor(
    private readonly stacks: StackTable,
    private readonly module: string | undefined,
  ) {}

  /** The user's frame nearest to the leaf of a stack; undefined if there is none. */
  of(stack: number): Frame | undefined {
    if (stack === 0) return undefined;
    if (this.known.has(stack)) return this.known.get(stack);
    const frame = this.stacks.frames(stack).find((f) => this.isOwn(f));
    this.known.set(stack, frame);
    return frame;
  }

  /** Whether a frame is the user's own code. Package main always is, because its name does not tell its module. */
  isOwn(frame: Frame): boolean {
    if (isStandard(frame) || !isWritten(frame)) return false;
    if (this.module === undefined) return true;
    const path = packageOf(frame.function);
    return path === "main" || path === this.module || path.startsWith(`${this.module}/`);
  }
}
