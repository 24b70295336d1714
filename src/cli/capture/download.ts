/** Fetching a trace over HTTP into a file, and saying clearly why it cannot be had. */
import { closeSync, rmSync } from "node:fs";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { formatBytes } from "../../base/units.js";
import { writeFully } from "../files.js";
import { createFile } from "../output.js";
import type { Target } from "./target.js";

const connectTimeout = 10_000;
/** Milliseconds without a byte, beyond those that the server records. */
const patience = 30_000;
const mostRedirects = 5;

export interface DownloadOptions {
  /** Further headers, `Name: value`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the download: the connection is closed. */
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

export interface Downloaded {
  readonly bytes: number;
  /** Why the file is not whole: ended by the signal, or by the server. */
  readonly cut?: "signal" | "server";
}

/** The server asks to come back later. */
export class RetryLater extends UserError {
  /** @param seconds as its Retry-After says; undefined without one */
  constructor(
    server: string,
    text: string,
    readonly seconds: number | undefined,
  ) {
    super(
      `${server} answered 429: ${text || "too many captures"}`,
      seconds === undefined ? "try again later" : `try again in ${seconds}s, as it asks, or give --wait`,
      ExitCode.unavailable,
    );
  }
}

/**
 * Fetches a trace. A part stays when the server or the signal ended the transfer; without a byte of trace nothing stays.
 * @param path the file, made when the first bytes have shown that they begin a trace
 * @throws UserError when there is no trace to be had
 */
export async function download(target: Target, path: string, options: DownloadOptions): Promise<Downloaded> {
  const { signal } = options;
  let response: IncomingMessage;
  try {
    response = await answer(target.url, target, options, mostRedirects);
  } catch (error) {
    if (signal.aborted) return { bytes: 0, cut: "signal" };
    throw error instanceof UserError ? error : connectionError(target, error as NodeJS.ErrnoException);
  }
  if (response.statusCode !== 200) throw await refusal(target, response);

  let head: Buffer = Buffer.alloc(0);
  let file: number | undefined;
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (file === undefined) {
        head = Buffer.concat([head, chunk]);
        if (head.length < 16) continue;
        checkHead(target, response, head);
        file = createFile(path, "-o");
        writeFully(file, head);
      } else writeFully(file, chunk);
      bytes = file === undefined ? 0 : bytes + (bytes === 0 ? head.length : chunk.length);
      options.onBytes(bytes);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cut = signal.aborted ? "signal" : isConnection(error) ? "server" : undefined;
    if (!cut) throw error;
    if (bytes > 0 || cut === "signal") return { bytes, cut };
    throw connectionError(target, error as NodeJS.ErrnoException);
  } finally {
    response.destroy();
    if (file !== undefined) closeSync(file);
  }
  if (bytes === 0) checkHead(target, response, head);
  return { bytes };
}

/** Removes what a download left. */
export function discard(path: string): void {
  rmSync(path, { force: true });
}

/** The response to a request, after redirects. */
async function answer(url: URL, target: Target, options: DownloadOptions, redirects: number): Promise<IncomingMessage> {
  const response = await once(url, target, options);
  const { statusCode = 0, headers } = response;
  if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response;
  response.destroy();
  const next = new URL(headers.location, url);
  if (redirects === 0 || (next.protocol !== "http:" && next.protocol !== "https:")) {
    throw new UserError(
      `${target.server} redirects to ${next.protocol}//${next.host}${next.pathname}, and on`,
      "give the URL of the trace itself",
      ExitCode.data,
    );
  }
  return answer(next, target, options, redirects - 1);
}

function once(url: URL, target: Target, options: DownloadOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // What proves who we are goes to no other server.
    const own = url.host === target.url.host && url.protocol === target.url.protocol;
    const headers = own
      ? { ...options.headers, ...(target.authorization ? { authorization: target.authorization } : {}) }
      : {};
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    let outgoing: ClientRequest;
    try {
      outgoing = send(url, { agent: false, headers, signal: options.signal });
    } catch (error) {
      reject(error);
      return;
    }
    const timer = setTimeout(
      () => outgoing.destroy(timeout(`no connection within ${connectTimeout / 1000}s`)),
      connectTimeout,
    );
    outgoing.on("socket", (socket) => socket.once("connect", () => clearTimeout(timer)));
    const silence = (target.seconds ?? 0) * 1000 + patience;
    outgoing.setTimeout(silence, () => outgoing.destroy(timeout(`nothing came for ${silence / 1000}s`)));
    outgoing.on("close", () => clearTimeout(timer));
    outgoing.on("error", reject);
    outgoing.on("response", resolve);
    outgoing.end();
  });
}

function timeout(message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code: "ETIMEDOUT" });
}

function isConnection(error: unknown): boolean {
  return ["ECONNRESET", "ETIMEDOUT", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(
    (error as NodeJS.ErrnoException).code ?? "",
  );
}

function connectionError(target: Target, error: NodeJS.ErrnoException): UserError {
  const { server } = target;
  const code = error.code ?? "";
  const [message, advice] =
    code === "ECONNREFUSED"
      ? [`nothing listens at ${server}`, "start the server, or check host and port"]
      : code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? [`no host ${target.url.hostname}: ${messageOf(error)}`, "check the name, or give an IP address"]
        : code === "ETIMEDOUT"
          ? [`${server} does not answer: ${messageOf(error)}`, "check host, port and firewall"]
          : code === "EPROTO" || code.startsWith("HPE_") || code === "ERR_SSL_WRONG_VERSION_NUMBER"
            ? [`${server} does not speak ${target.url.protocol.slice(0, -1)}`, "try the other of http:// and https://"]
            : /CERT|SELF_SIGNED|UNABLE_TO/.test(code)
              ? [
                  `the certificate of ${server} is not trusted: ${messageOf(error)}`,
                  "name its authority's file in the variable NODE_EXTRA_CA_CERTS",
                ]
              : [`${server} closed the connection: ${messageOf(error)}`, "look into the server's log, or try again"];
  return new UserError(message!, advice!, ExitCode.noInput);
}

/** The error for a response that is no success, with the first line of what the server says. */
async function refusal(target: Target, response: IncomingMessage): Promise<UserError> {
  const { statusCode = 0, headers } = response;
  const html = isHtml(response);
  const said = html ? "" : firstLine(await beginning(response));
  response.destroy();
  if (statusCode === 429) return new RetryLater(target.server, said, retryAfter(headers["retry-after"]));
  const page = html ? " with a web page" : "";
  const what = `${target.server} answered ${statusCode}${page}${said ? `: ${said}` : ""}`;
  return new UserError(what, adviceFor(statusCode, target, said), ExitCode.noInput);
}

function adviceFor(status: number, target: Target, said: string): string {
  if (status === 401 || status === 403)
    return "give a header with --header, or name and password in the URL, or ask from an allowed address";
  if (status === 404)
    return `nothing is at ${target.url.pathname}: import net/http/pprof, or give the URL of the trace`;
  if (/already enabled|in progress/.test(said))
    return "somebody else is tracing this server: try again when they are done";
  if (/WriteTimeout/.test(said))
    return "ask for fewer seconds, or serve pprof from a server with a longer WriteTimeout";
  if (status >= 500) return "look into the server's log, or try again";
  return "give the URL of an execution trace, such as http://host:port/debug/pprof/trace";
}

/** Throws unless the bytes begin an execution trace. */
function checkHead(target: Target, response: IncomingMessage, head: Buffer): void {
  if (/^go 1\.\d+ trace\0\0\0$/.test(head.toString("latin1", 0, 16))) return;
  const found =
    head.length === 0
      ? "nothing at all"
      : isHtml(response) || /^\s*<(!doctype|html)/i.test(head.toString("latin1"))
        ? "a web page"
        : head[0] === 0x1f && head[1] === 0x8b
          ? "a compressed profile or file"
          : `${formatBytes(head.length)} or more that begin with ${JSON.stringify(firstLine(head.toString("latin1")).slice(0, 30))}`;
  throw new UserError(
    `no execution trace: ${target.server} sent ${found}`,
    "give the URL of a trace, such as http://host:port/debug/pprof/trace, or the endpoint of a flight recorder",
    ExitCode.data,
  );
}

function isHtml(response: IncomingMessage): boolean {
  return /\bhtml\b/.test(response.headers["content-type"] ?? "");
}

/** The first bytes of a body as text. */
async function beginning(response: IncomingMessage): Promise<string> {
  let text = "";
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      if (text.length > 1000) break;
    }
  } catch {
    // what came has to do
  }
  return text;
}

/** One line that a terminal can show. */
function firstLine(text: string): string {
  const line = text.trim().split(/[\r\n]/, 1)[0]!;
  return line.replace(/[\0-\x1f\x7f-\x9f]/g, "").slice(0, 200);
}

/** Seconds of a Retry-After: a number, or a date. */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
