/**
 * Serves one page to the user's browser: on the loopback address, at a random port, below a path that cannot be guessed.
 * It serves only the files it was given: requests are looked up in a table, so no path reaches the file system. Against
 * DNS rebinding it refuses any `Host` that is not a name of this machine; it sends no CORS headers, and the policy lets
 * the page load from this server only.
 *
 * The server ends on its own. An open page holds a connection (`alive`, an event stream). The server ends when the last
 * one has been closed for some seconds (a reload reconnects sooner), or when no page was opened for some minutes.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A file that the server can send. */
export interface ServedFile {
  /** Media type. */
  readonly type: string;
  /** Makes the content, anew for every request. */
  readonly body: () => Iterable<string | Uint8Array>;
}

export interface ServerOptions {
  /** Files by name; the page itself has the name "". */
  readonly files: ReadonlyMap<string, ServedFile>;
  /** Milliseconds from the end of the last page to the end of the server. */
  readonly grace: number;
  /** Milliseconds to wait for the first page to be opened. */
  readonly patience: number;
  /** Content-Security-Policy of the page; by default it may load scripts and styles from the server. */
  readonly policy?: string;
  /** Called when a response fails in the middle. */
  readonly onError?: (error: unknown) => void;
}

/** Why a server ended: all pages were closed, none was ever opened, or {@link ViewServer.close} was called. */
export type Ending = "left" | "nobody" | "closed";

/** The path at which a page keeps its connection open. */
const ALIVE = "alive";

const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; font-src 'self'; " +
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** A running server; see the module's comment. */
export class ViewServer {
  /** Resolves when the server has ended and all connections are closed. */
  readonly ended: Promise<Ending>;
  readonly #server: Server;
  readonly #options: ServerOptions;
  readonly #root = `/${randomBytes(16).toString("base64url")}/`;
  readonly #pages = new Set<ServerResponse>();
  /** Number of responses that are being written. */
  #answering = 0;
  #visited = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #end!: (ending: Ending) => void;

  /** Starts a server. @throws Error when it cannot listen on the loopback address */
  static async start(options: ServerOptions): Promise<ViewServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return new ViewServer(server, options);
  }

  private constructor(server: Server, options: ServerOptions) {
    this.#server = server;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    server.on("request", (request, response) => this.#answer(request, response));
    this.#rest();
  }

  /** Address of the page. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${this.#root}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends the server at once, even in the middle of responses. */
  close(): void {
    this.#close("closed");
  }

  #close(ending: Ending): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    // Tell the pages not to reconnect.
    for (const page of this.#pages) page.end("event: end\ndata:\n\n");
    // Give them 200 ms to receive it, then break off whatever is still being sent.
    const patience = setTimeout(() => this.#server.closeAllConnections(), 200);
    this.#server.close(() => {
      clearTimeout(patience);
      this.#end(ending);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (this.#options.policy) response.setHeader("Content-Security-Policy", this.#options.policy);
    const path = request.url?.replace(/[?#].*$/s, "") ?? "";
    const name = path.startsWith(this.#root) ? path.slice(this.#root.length) : undefined;
    const file = name === undefined ? undefined : this.#options.files.get(name);
    if (!isLocal(request.headers.host)) refuse(response, 403, "this server answers to 127.0.0.1 and localhost");
    else if (request.method !== "GET" && request.method !== "HEAD") refuse(response, 405, "only GET and HEAD");
    else if (name === ALIVE && request.method === "GET") this.#welcome(response);
    else if (file === undefined) refuse(response, 404, "there is nothing here");
    else if (request.method === "HEAD") response.writeHead(200, { "Content-Type": file.type }).end();
    else this.#send(file, response);
  }

  /** Keeps the connection of a page; the page counts as open until it ends. */
  #welcome(response: ServerResponse): void {
    clearTimeout(this.#timer);
    this.#visited = true;
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(":\n\n");
    this.#pages.add(response);
    response.on("close", () => {
      this.#pages.delete(response);
      this.#rest();
    });
  }

  /** Sends a file in pieces, as fast as the browser reads them. */
  async #send(file: ServedFile, response: ServerResponse): Promise<void> {
    clearTimeout(this.#timer);
    this.#answering++;
    response.setHeader("Content-Type", file.type);
    try {
      await pipeline(Readable.from(file.body(), { objectMode: true, highWaterMark: 4 }), response);
    } catch (error) {
      // A browser that closes the connection is not an error.
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") this.#options.onError?.(error);
      response.destroy();
    } finally {
      this.#answering--;
      this.#rest();
    }
  }

  /** Starts the timer that ends the server if no page is open and no response is being written. */
  #rest(): void {
    if (this.#closed || this.#pages.size > 0 || this.#answering > 0) return;
    const { grace, patience } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#close(this.#visited ? "left" : "nobody"), this.#visited ? grace : patience);
  }
}

/** Whether a Host header names this machine, at any port: a forwarded port differs from ours. */
function isLocal(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (status === 405) response.setHeader("Allow", "GET, HEAD");
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
