/** The errors of `gotrace capture`: failed connections, error responses, and responses that are not traces. */
import type { IncomingMessage } from "node:http";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { printable } from "../../base/printable.js";
import { formatBytes } from "../../base/units.js";
import type { CaptureTarget } from "./target.js";

/** Milliseconds to wait for the text of an error response. */
const PATIENCE = 2000;
/** Characters of it that are read. */
const MAX_SAID = 1000;

/** The server answered 429: try again later. */
export class RetryLater extends UserError {
  /** @param seconds what its Retry-After header asks for; undefined without one */
  constructor(
    server: string,
    text: string,
    readonly seconds: number | undefined,
  ) {
    super(
      `${server} answered 429: ${text || "too many captures"}`,
      seconds === undefined ? "try again later" : `try again in ${seconds}s, as the server asks, or give --wait`,
      ExitCode.unavailable,
    );
  }
}

/** The error for a request that failed without a response. @param error what node:http reported */
export function connectionError(target: CaptureTarget, error: NodeJS.ErrnoException): UserError {
  const { server } = target;
  const code = error.code ?? "";
  const [message, advice] =
    code === "ECONNREFUSED" || (target.socket !== undefined && code === "ENOENT")
      ? [
          `nothing listens at ${server}`,
          target.socket === undefined
            ? "start the server, or check host and port"
            : "start the server, or check the path",
        ]
      : code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? [`host ${target.url.hostname} not found: ${messageOf(error)}`, "check the name, or give an IP address"]
        : code === "ETIMEDOUT"
          ? [`${server} does not answer: ${messageOf(error)}`, "check host, port and firewall"]
          : code === "EPROTO" || code.startsWith("HPE_") || code === "ERR_SSL_WRONG_VERSION_NUMBER"
            ? [`${server} does not speak ${target.url.protocol.slice(0, -1)}`, "try the other of http:// and https://"]
            : /CERT|SELF_SIGNED|UNABLE_TO/.test(code)
              ? [
                  `the certificate of ${server} is not trusted: ${messageOf(error)}`,
                  "name the certificate file of its authority with --cacert, or give --insecure",
                ]
              : [`${server} closed the connection: ${messageOf(error)}`, "check the server's log, or try again"];
  return new UserError(message, advice, ExitCode.noInput);
}

/** The error for a response other than 200, with the first line of its text. */
export async function refusal(target: CaptureTarget, response: IncomingMessage): Promise<UserError> {
  const { statusCode = 0, headers } = response;
  const html = isHtml(response);
  const reply = html ? "" : firstLine(await beginning(response));
  response.destroy();
  if (statusCode === 429) return new RetryLater(target.server, reply, retryAfter(headers["retry-after"]));
  const page = html ? " with a web page" : "";
  const what = `${target.server} answered ${statusCode}${page}${reply ? `: ${reply}` : ""}`;
  return new UserError(what, adviceFor(statusCode, target, reply), ExitCode.noInput);
}

function adviceFor(status: number, target: CaptureTarget, reply: string): string {
  if (status === 401 || status === 403)
    return "give a header with --header, or user name and password in the URL, or use an allowed address";
  if (status === 404)
    return `nothing is served at ${target.url.pathname}: import net/http/pprof, or give the URL of the trace`;
  if (/already enabled|in progress/.test(reply))
    return "somebody else is tracing this server: try again when they are done";
  if (/WriteTimeout/.test(reply))
    return "ask for fewer seconds, or serve pprof from a server with a longer WriteTimeout";
  if (status >= 500) return "check the server's log, or try again";
  return "give the URL of an execution trace, such as http://host:port/debug/pprof/trace";
}

/** Checks that the bytes begin an execution trace. @param unpacked whether they were compressed @throws UserError if not */
export function checkHead(target: CaptureTarget, response: IncomingMessage, head: Buffer, unpacked: boolean): void {
  if (/^go 1\.\d+ trace\0\0\0$/.test(head.toString("latin1", 0, 16))) return;
  const found =
    head.length === 0
      ? "nothing at all"
      : isHtml(response) || /^\s*<(!doctype|html)/i.test(head.toString("latin1"))
        ? "a web page"
        : unpacked
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

/** The beginning of a body as text: what arrives within {@link PATIENCE}. */
async function beginning(response: IncomingMessage): Promise<string> {
  let text = "";
  const timer = setTimeout(() => response.destroy(), PATIENCE);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      if (text.length > MAX_SAID) break;
    }
  } catch {
    // Use what has arrived.
  } finally {
    clearTimeout(timer);
  }
  return text;
}

/** The first line of a text, short enough for a message. */
function firstLine(text: string): string {
  const line = text.trim().split(/[\r\n]/, 1)[0];
  return printable(line).slice(0, 200);
}

/** Seconds that a Retry-After header asks for; it holds a number or a date. */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
