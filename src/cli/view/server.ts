/**
 * Shows one exhibit to one person's browser: a server on the loopback address, at a random port, beneath a path that
 * cannot be guessed. It serves the files that it was given and nothing else: requests are looked up in a table, no path
 * ever reaches the file system. A `Host` that is no name of this machine is refused, so that no page of another site gets
 * in by DNS rebinding; there are no CORS headers, and the policy of the page lets it load from here only.
 *
 * It ends by itself. A page that is shown holds a connection open (`alive`, an event stream); when the last one is gone
 * and none comes back for some seconds, as one does when the page is reloaded, or when none ever came for some minutes,
 * the server is done.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A file that can be asked for. */
export interface ServedFile {
  /** Media type. */
  readonly type: string;
  /** What is in it, made anew for every request. */
  readonly body: () => Iterable<string | Uint8Array>;
}

export interface ServerOptions {
  /** By name; the one named "" is the page. */
  readonly files: ReadonlyMap<string, ServedFile>;
  /** Milliseconds from the last page's end to the server's. */
  readonly grace: number;
  /** Milliseconds to wait for the first page. */
  readonly patience: number;
  /** What the page may load, as a Content-Security-Policy; by default scripts and styles of the server. */
  readonly policy?: string;
  /** Told when an answer broke off in the middle. */
  readonly onError?: (error: unknown) => void;
}

/** Why a server ended: pages were closed, none ever came, or {@link ViewServer.close}. */
export type Ending = "left" | "nobody" | "closed";

/** Where a page tells that it is still shown. */
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

export class ViewServer {
  /** Settled when the server has ended and nothing of it is left. */
  readonly ended: Promise<Ending>;
  readonly #server: Server;
  readonly #options: ServerOptions;
  readonly #root = `/${randomBytes(16).toString("base64url")}/`;
  readonly #pages = new Set<ServerResponse>();
  /** Answers that are being written. */
  #answering = 0;
  #visited = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #end!: (ending: Ending) => void;

  /** @throws where there is no loopback address to listen on */
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

  /** Ends at once, whatever is being written. */
  close(): void {
    this.#close("closed");
  }

  #close(ending: Ending): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    // The page need not look for the server again.
    for (const page of this.#pages) page.end("event: end\ndata:\n\n");
    // Pages have the time to take that in; what is still being sent is broken off.
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

  /** A page is shown until this connection ends. */
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

  /** In pieces, no faster than they are taken. */
  async #send(file: ServedFile, response: ServerResponse): Promise<void> {
    clearTimeout(this.#timer);
    this.#answering++;
    response.setHeader("Content-Type", file.type);
    try {
      await pipeline(Readable.from(file.body(), { objectMode: true, highWaterMark: 4 }), response);
    } catch (error) {
      // A browser that went away took what it wanted.
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") this.#options.onError?.(error);
      response.destroy();
    } finally {
      this.#answering--;
      this.#rest();
    }
  }

  /** Where nothing goes on, the time runs until the end. */
  #rest(): void {
    if (this.#closed || this.#pages.size > 0 || this.#answering > 0) return;
    const { grace, patience } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#close(this.#visited ? "left" : "nobody"), this.#visited ? grace : patience);
  }
}

/** Any port: a forwarded one differs from ours. */
function isLocal(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (status === 405) response.setHeader("Allow", "GET, HEAD");
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
