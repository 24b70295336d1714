/**
 * Recognizes waits for the answer to a request that the goroutine made. A goroutine that only reads what others send (a
 * subscription, a stream, the loop that reads a connection) also waits for the network, but not for an answer.
 */
import { Activity } from "../analyses/index.js";
import type { Watch } from "./rule.js";

/** How a wait relates to requests. */
export const Kind = {
  /** Not at all. */
  None: 0,
  /** Waits for the answer to a request. */
  Answer: 1,
  /** Waits for a part of a request: the connection, the rest of an answer. Counts toward the next request. */
  Part: 2,
  /** Waits for bytes of a connection that the goroutine reads itself: an answer if it has written before. */
  Read: 3,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/**
 * Round trips of net/http and gRPC: the caller waits on a select or a channel while a goroutine of the library reads
 * the connection.
 */
const ANSWER =
  /^(net\/http\.\(\*persistConn\)\.roundTrip|(net\/http\.\(\*http2|golang\.org\/x\/net\/http2\.\(\*)ClientConn\)\.[rR]oundTrip|google\.golang\.org\/grpc\.(invoke|\(\*ClientConn\)\.Invoke))$/;
const PART =
  /^(net\/http\.\(\*(Transport\)\.(getConn|queueForDial)|persistConn\)\.Read|bodyEOFSignal\)\.Read|http2(ClientConn|Transport|clientStream)\)\.)|golang\.org\/x\/net\/http2\.\(\*(ClientConn|clientStream)\)\.|net\.\(\*(Resolver|Dialer|sysDialer)\)\.)/;
/** Servers that wait for the next client or request, and the libraries' own goroutines that read connections. */
const IDLE =
  /^(internal\/poll\.\(\*FD\)\.Accept|net\.\(\*(TCP|Unix)Listener\)\.|net\/http\.\(\*(conn\)\.readRequest|connReader\)\.|persistConn\)\.(readLoop|writeLoop)|http2)|golang\.org\/x\/net\/http2\.|google\.golang\.org\/grpc\/internal\/transport\.)/;
/**
 * Handlers run within this function, and the server reads their connection with IDLE functions. So any other connection
 * that a handler reads is one it opened itself.
 */
const HANDLER = "net/http.(*conn).serve";
const ACCEPT = /^(internal\/poll\.\(\*FD\)\.Accept|net\.\(\*(TCP|Unix)Listener\)\.)/;
const WRITE = /^net\.\(\*(netFD|conn|rawConn|TCPConn|UDPConn|UnixConn|IPConn)\)\.(Write|write|ReadFrom|readFrom|Send)/;

/** Classifies network waits. Memory: live goroutines that have waited for the network, and distinct stacks. */
export class Requests {
  private readonly kinds = new Map<number, Kind>();
  private readonly handlers = new Set<number>();
  private readonly accepts = new Map<number, boolean>();
  private readonly writes = new Map<number, boolean>();
  /** Goroutines that accept connections, and goroutines that these started to serve one. */
  private readonly accepting = new Set<number>();
  private readonly serving = new Set<number>();
  /** Goroutines that have written since they last read. */
  private readonly asked = new Set<number>();

  constructor(private readonly watch: Watch) {
    watch.onGoroutineBegin((g) => {
      // Goroutines from before the trace may serve a connection, so they count as serving; the main goroutine does not.
      const main = g.startFunction === "runtime.main" || g.startFunction === "main.main" || g.id === 1;
      if (g.createdInTrace ? this.accepting.has(g.creator) : !main) this.serving.add(g.id);
    });
    watch.onGoroutineEnd(({ id }) => {
      for (const set of [this.accepting, this.serving, this.asked]) set.delete(id);
    });
    watch.onInterval(Activity.Syscall, (i) => {
      if (this.matches(i.stack, WRITE, this.writes)) this.asked.add(i.goroutine);
      else if (this.matches(i.stack, ACCEPT, this.accepts)) this.accepting.add(i.goroutine);
    });
    watch.onInterval(Activity.Waiting, (i) => {
      if (i.reason === "network" && this.matches(i.stack, ACCEPT, this.accepts)) this.accepting.add(i.goroutine);
    });
  }

  /** The kind of a wait that has just ended. Call it once for each wait, because it updates the state. */
  kindOf(goroutine: number, stack: number, reason: string): Kind {
    if (stack === 0 || (reason !== "network" && reason !== "select" && reason !== "chan receive")) return Kind.None;
    let kind = this.kinds.get(stack);
    if (kind === undefined) {
      kind = this.classify(stack);
      this.kinds.set(stack, kind);
    }
    if (kind === Kind.Read) {
      if (reason !== "network" || (this.serving.has(goroutine) && !this.handlers.has(stack))) return Kind.None;
      return this.asked.delete(goroutine) ? Kind.Answer : Kind.None;
    }
    return kind;
  }

  private classify(stack: number): Kind {
    const names = this.watch.stacks.frames(stack).map((frame) => frame.function);
    if (names.includes(HANDLER)) this.handlers.add(stack);
    if (names.some((name) => ANSWER.test(name))) return Kind.Answer;
    if (names.some((name) => PART.test(name))) return Kind.Part;
    return names.some((name) => IDLE.test(name)) ? Kind.None : Kind.Read;
  }

  private matches(stack: number, pattern: RegExp, known: Map<number, boolean>): boolean {
    if (stack === 0) return false;
    let answer = known.get(stack);
    if (answer === undefined) {
      answer = this.watch.stacks.frames(stack).some((frame) => pattern.test(frame.function));
      known.set(stack, answer);
    }
    return answer;
  }
}
