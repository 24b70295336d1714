/** Requests something over HTTP and follows redirects. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { ExitCode, UserError } from "../../base/errors.js";
import type { Access } from "./access.js";
import type { CaptureTarget } from "./target.js";

/** Milliseconds. */
const CONNECT_TIMEOUT = 10_000;
const MAX_REDIRECTS = 5;

/** A response, and whether it comes from another origin, which got no credentials. */
export interface Answer {
  readonly response: IncomingMessage;
  readonly elsewhere?: URL;
}

/**
 * Requests the URL of a target. Headers and credentials, certificates among them, go only to the server that was named: after a redirect to another origin
 * they are never sent again, even if a later redirect leads back.
 * @returns the first response that is not a redirect
 * @throws UserError after too many redirects, or one that does not lead to HTTP; otherwise the errors of node:http
 */
export async function connect(target: CaptureTarget, access: Access, signal: AbortSignal): Promise<Answer> {
  let url = target.url;
  let own = true;
  for (let redirects = 0; ; redirects++) {
    const response = await request(url, target, own, access, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) {
      return own ? { response } : { response, elsewhere: url };
    }
    response.destroy();
    const next = redirectOf(headers.location, url);
    if (!next || redirects === MAX_REDIRECTS) {
      throw new UserError(
        `${target.server} redirects ${next ? `too often, at last to ${next.protocol}//${next.host}${next.pathname}` : `to ${headers.location}`}`,
        "give the URL of the trace itself",
        ExitCode.data,
      );
    }
    own &&= next.origin === target.url.origin;
    url = next;
  }
}

function redirectOf(location: string, from: URL): URL | undefined {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  return url && (url.protocol === "http:" || url.protocol === "https:") ? url : undefined;
}

function request(
  url: URL,
  target: CaptureTarget,
  own: boolean,
  { headers, token, identity, authorities, insecure }: Access,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const bearer = own && target.authorization === undefined && !("authorization" in headers) ? token?.() : undefined;
    const authorization = bearer === undefined ? target.authorization : `Bearer ${bearer}`;
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const settings = {
      agent: false as const,
      headers: own ? { ...headers, ...(authorization === undefined ? {} : { authorization }) } : {},
      signal,
      rejectUnauthorized: !insecure,
      ...(own && identity && url.protocol === "https:" ? identity : {}),
      ...(authorities ? { ca: [...authorities] } : {}),
      ...(own && target.socket !== undefined ? { socketPath: target.socket } : {}),
    };
    let outgoing: ClientRequest;
    try {
      outgoing = send(url, settings);
    } catch (error) {
      reject(error);
      return;
    }
    const timer = setTimeout(() => {
      const message = `no connection within ${CONNECT_TIMEOUT / 1000}s`;
      outgoing.destroy(Object.assign(new Error(message), { code: "ETIMEDOUT" }));
    }, CONNECT_TIMEOUT);
    outgoing.on("socket", (socket) => socket.once("connect", () => clearTimeout(timer)));
    outgoing.on("close", () => clearTimeout(timer));
    outgoing.on("error", reject);
    outgoing.on("response", resolve);
    outgoing.end();
  });
}
