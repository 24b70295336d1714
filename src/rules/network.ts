/** Which waits are calls of another service: the goroutine asked for something and waits for the answer. */
import type { StackTable } from "../exectrace/index.js";

/**
 * The caller of net/http and gRPC waits on a select or a channel, while a goroutine of the library's own reads the
 * connection.
 */
const CALLER =
  /^(net\/http\.\(\*(persistConn\)\.roundTrip|Transport\)\.(getConn|queueForDial)|http2(ClientConn|Transport|clientStream)\)\.)|golang\.org\/x\/net\/http2\.\(\*(ClientConn|clientStream)\)\.|net\.\(\*Resolver\)\.|google\.golang\.org\/grpc\.\(\*(ClientConn|clientStream|csAttempt)\)\.)/;

/** Servers that wait for the next client or request, and the libraries' own readers. */
const IDLE =
  /^(internal\/poll\.\(\*FD\)\.Accept|net\.\(\*(TCP|Unix)Listener\)\.|net\/http\.\(\*(conn\)\.readRequest|connReader\)\.backgroundRead|persistConn\)\.(readLoop|writeLoop)|http2)|golang\.org\/x\/net\/http2\.|google\.golang\.org\/grpc\/internal\/transport\.)/;

/** Recognizes stacks, each looked at once. */
export class Calls {
  private readonly known = new Map<number, { readonly caller: boolean; readonly idle: boolean }>();

  constructor(private readonly stacks: StackTable) {}

  /** Whether a goroutine that waits there for that reason waits for an answer. */
  isWait(stack: number, reason: string): boolean {
    if (stack === 0 || (reason !== "network" && reason !== "select" && reason !== "chan receive")) return false;
    let known = this.known.get(stack);
    if (!known) {
      const names = this.stacks.frames(stack).map((frame) => frame.function);
      const caller = names.some((name) => CALLER.test(name));
      known = { caller, idle: !caller && names.some((name) => IDLE.test(name)) };
      this.known.set(stack, known);
    }
    return known.caller || (reason === "network" && !known.idle);
  }
}
