/** Downloads a trace over HTTP into a file, with limits on time and size that hold whatever the server does. */
import { closeSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { createFile, writeFailure } from "../output.js";
import { writeFully } from "../write-fully.js";
import type { Access } from "./access.js";
import { connect } from "./connect.js";
import { checkHead, connectionError, refusal } from "./refusal.js";
import type { CaptureTarget } from "./target.js";

/** Milliseconds that a transfer may take in addition to the time that the server records. */
export const MARGIN = 30_000;
/** Default of `--max-size`, in bytes. */
export const MAX_BYTES = 2 ** 29;
/** Bytes that identify a trace. */
const HEAD = 16;

export interface DownloadOptions extends Access {
  /** When it is aborted, the connection is closed and the download ends. */
  readonly signal: AbortSignal;
  /** Called with the number of bytes saved so far. */
  readonly onBytes: (bytes: number) => void;
  /** The download ends at this size. */
  readonly maxBytes: number;
  /** Milliseconds; {@link MARGIN} by default. */
  readonly margin?: number;
}

/** What ended a download early: a signal, the server, or one of the limits. */
export type Cut = "signal" | "server" | "time" | "size";

/** The outcome of a download; `cut` is undefined if the trace is complete. */
export interface Downloaded {
  /** Bytes that were saved. */
  readonly bytes: number;
  readonly cut?: Cut;
}

/**
 * Downloads a trace and decompresses it where necessary. If the transfer ends early, the file holds what has arrived.
 * @param path the file; created once the first bytes prove to be a trace
 * @throws UserError when the server sends no trace or the file cannot be written
 */
export async function download(target: CaptureTarget, path: string, options: DownloadOptions): Promise<Downloaded> {
  const limit = (target.seconds ?? 0) * 1000 + (options.margin ?? MARGIN);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limit);
  const signal = AbortSignal.any([options.signal, late.signal]);
  const progress = { bytes: 0 };
  const ended = (error: unknown): Downloaded => {
    const cut = options.signal.aborted ? "signal" : late.signal.aborted ? "time" : isCut(error) ? "server" : undefined;
    if (error instanceof UserError && !signal.aborted) throw error;
    if (cut === "signal" || (cut && progress.bytes > 0)) return { bytes: progress.bytes, cut };
    if (cut === "time") throw tooSlow(target, limit);
    if (error instanceof UserError) throw error;
    throw connectionError(target, error as NodeJS.ErrnoException);
  };
  try {
    const answer = await connect(target, options, signal);
    const { response } = answer;
    if (response.statusCode !== 200) throw await refusal(target, options, answer);
    try {
      return await save(response, target, path, options, progress);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (error instanceof FileError) throw error.reason;
    return ended(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Marks an error of the file, as opposed to one of the connection. */
class FileError extends Error {
  constructor(readonly reason: UserError) {
    super(messageOf(reason));
  }
}

async function save(
  response: IncomingMessage,
  target: CaptureTarget,
  path: string,
  { maxBytes, onBytes }: DownloadOptions,
  progress: { bytes: number },
): Promise<Downloaded> {
  let head: Buffer = Buffer.alloc(0);
  let file: number | undefined;
  const body = await unpacked(response);
  const write = (chunk: Buffer) => {
    try {
      file ??= createFile(path, "-o");
      const part = chunk.subarray(0, maxBytes - progress.bytes);
      writeFully(file, part);
      progress.bytes += part.length;
    } catch (error) {
      throw new FileError(error instanceof UserError ? error : writeFailure(path, error));
    }
    onBytes(progress.bytes);
  };
  try {
    for await (const chunk of body.chunks) {
      if (head.length < HEAD) {
        head = Buffer.concat([head, chunk]);
        if (head.length < HEAD) continue;
        checkHead(target, response, head, body.compressed);
        write(head);
      } else write(chunk);
      if (progress.bytes >= maxBytes) return { bytes: progress.bytes, cut: "size" };
    }
  } finally {
    if (file !== undefined) closeSync(file);
  }
  if (file === undefined) checkHead(target, response, head, body.compressed);
  return { bytes: progress.bytes };
}

/** The body, decompressed if it begins like gzip: proxies and compressed files come without a header that says so. */
async function unpacked(response: IncomingMessage): Promise<{ chunks: AsyncIterable<Buffer>; compressed: boolean }> {
  const reader = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < 2) {
    const { done, value } = await reader.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield start;
    for (let next = await reader.next(); !next.done; next = await reader.next()) yield next.value;
  }
  if (start[0] !== 0x1f || start[1] !== 0x8b) return { chunks: all(), compressed: false };
  return { chunks: gunzipped(all()), compressed: true };
}

async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const feeding = (async () => {
    try {
      for await (const chunk of chunks) {
        if (!gunzip.write(chunk)) await new Promise((done) => gunzip.once("drain", done).once("close", done));
        if (gunzip.destroyed) return;
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  })();
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } finally {
    gunzip.destroy();
    // `feeding` may still wait for the server; closing the connection ends that.
    feeding.catch(() => undefined);
  }
}

/** Whether an error means that the connection, or the compressed data in it, ended early. */
function isCut(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ECONNRESET", "ETIMEDOUT", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "Z_BUF_ERROR", "Z_DATA_ERROR"].includes(
    code,
  );
}

function tooSlow({ server, seconds }: CaptureTarget, limit: number): UserError {
  const asked = seconds === undefined ? "" : `, of which ${seconds}s were to be recorded`;
  return new UserError(
    `${server} sent no trace within ${limit / 1000}s${asked}`,
    "check the server's log, or try again",
    ExitCode.noInput,
  );
}
