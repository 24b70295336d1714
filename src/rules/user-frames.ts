/** Which frame of a stack is the user's own code. */
import { isStandard, isWritten, packageOf } from "../base/packages.js";
import type { Frame, StackTable } from "../exectrace/index.js";

/** First user frames of stacks, each looked up once. */
export class UserFrames {
  /** By stack. */
  private known = new Map<number, Frame | undefined>();

  /** @param module prefix of import paths; without it all code outside of the standard library is the user's */
  constructor(
    private readonly stacks: StackTable,
    private readonly module: string | undefined,
  ) {}

  /** The user's frame nearest to the leaf of a stack. */
  of(stack: number): Frame | undefined {
    if (stack === 0) return undefined;
    if (this.known.has(stack)) return this.known.get(stack);
    const frame = this.stacks.frames(stack).find((f) => this.isOwn(f));
    this.known.set(stack, frame);
    return frame;
  }

  /** Whether a frame is the user's own code. Package main always is: its name does not tell its module. */
  isOwn(frame: Frame): boolean {
    if (isStandard(frame) || !isWritten(frame)) return false;
    if (this.module === undefined) return true;
    const path = packageOf(frame.function);
    return path === "main" || path === this.module || path.startsWith(`${this.module}/`);
  }
}
