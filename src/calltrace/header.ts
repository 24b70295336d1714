/** Reads the header of a process trace: raw fields, process information and clock. */
import { ExitCode, UserError } from "../base/errors.js";
import {
  FLAG_RAW_TICKS,
  HEADER_FIELDS,
  HEADER_SIZE,
  HEADER_STRINGS,
  HOOK_SCALE,
  MAGIC,
  OLDEST_VERSION,
  SHARD_COUNT,
  SHARD_STRIDE,
  SHARDS_START,
  STOP_REASONS,
  STRINGS_END,
  STRINGS_START,
  VERSION,
} from "./spec.js";

type HeaderNumbers = { readonly [K in (typeof HEADER_FIELDS)[number]["name"]]: bigint };
type HeaderStrings = { readonly [K in (typeof HEADER_STRINGS)[number]]: string };

/** All fields of the header, in the units of the format. */
export interface RawHeader {
  readonly numbers: HeaderNumbers;
  readonly strings: HeaderStrings;
  /** Events not recorded, per shard. */
  readonly shards: readonly bigint[];
}

/** How much the hooks add to times, in nanoseconds; measured by the traced process when it starts. */
export interface HookCost {
  /** The apparent duration of a call to an empty traced function. */
  readonly inner: number;
  /** How much a traced call adds to its caller's self time, beyond the call's own duration. */
  readonly outer: number;
}

/** Facts about a process for reports. Times are nanoseconds since tracing started in it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  readonly goVersion: string;
  /** GOOS/GOARCH. */
  readonly platform: string;
  readonly executable: string;
  readonly directory: string;
  /** Which build of the program it is, see HEADER_STRINGS; undefined if that is not known. */
  readonly build?: string;
  /** Start of tracing, nanoseconds since 1970 (a float64 rounds it to a multiple of 256). */
  readonly startWall: number;
  /** Start of tracing on the runtime's monotonic clock. */
  readonly startNano: number;
  /** When the process ended or, without {@link exitStatus}, when it was last seen alive; undefined if unknown. */
  readonly end?: number;
  /** Exit status, 128 + n for signal n; undefined if unknown. */
  readonly exitStatus?: number;
  /** Why recording stopped before the process ended. */
  readonly stop?: { readonly reason: string; readonly at: number };
  /** Events (enter, exit and spawn each count 1) that were not recorded. */
  readonly lost: number;
  readonly limit: number;
  /** Set if the process still runs: the time at which the trace was opened. */
  readonly now?: number;
  /** Undefined if not measured. */
  readonly hook?: HookCost;
  /** User and system CPU time of the process, nanoseconds; undefined if not measured. */
  readonly cpu?: number;
}

/** Parameters that convert this process's ticks to nanoseconds since its start. */
export interface Clock {
  /** startTicks as two 32-bit halves; differences to it are exact below 2^53 ticks. */
  readonly ticksLow: number;
  readonly ticksHigh: number;
  readonly nanoLow: number;
  readonly nanoHigh: number;
  /** Nanoseconds per tick; NaN while unknown (no clock pair reached the header). */
  readonly slope: number;
}

/** Whether the bytes begin with the magic of a trace. */
export function hasMagic(bytes: Uint8Array, offset = 0): boolean {
  for (let i = 0; i < MAGIC.length; i++) if (bytes[offset + i] !== MAGIC.charCodeAt(i)) return false;
  return true;
}

const howWritten =
  "a trace is written with `gotrace run --save FILE`, or into GOTRACE_OUT by a program built with `gotrace build`";

/** What to do with a file that is no trace, by its first bytes. */
function adviceOn(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (start.startsWith("\x1f\x8b")) return "it is compressed: if it is a trace, unpack it with gunzip first";
  if (/^go 1\.\d+ trace\0/.test(start))
    return "it is an execution trace of Go: use `gotrace analyze` or `gotrace summary`";
  return howWritten;
}

/**
 * Reads the fields of a header.
 *
 * @param bytes at least HEADER_SIZE bytes from the start of the process trace
 * @param offset of the header in the file, for messages
 * @throws UserError if the bytes are not a trace, or one of an unsupported version
 */
export function readHeader(bytes: Uint8Array, offset: number): RawHeader {
  if (!hasMagic(bytes)) {
    throw new UserError(
      offset === 0 ? "this is not a gotrace trace" : `no gotrace trace begins at offset ${offset}`,
      offset === 0 ? adviceOn(bytes) : howWritten,
      ExitCode.data,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes.length >= 12 ? view.getUint32(8, true) : VERSION;
  if (version < OLDEST_VERSION || version > VERSION) {
    throw new UserError(
      `the trace at offset ${offset} has format version ${version}; this gotrace reads versions ${OLDEST_VERSION} to ${VERSION}`,
      version > VERSION ? "update gotrace" : "read it with the gotrace that wrote it",
      ExitCode.data,
    );
  }
  if (bytes.length < HEADER_SIZE) {
    throw new UserError(
      `the trace at offset ${offset} ends after ${bytes.length} bytes, within its header of ${HEADER_SIZE}`,
      "the file was cut; copy it again",
      ExitCode.data,
    );
  }
  const numbers: Record<string, bigint> = {};
  for (const { name, offset: at, type } of HEADER_FIELDS) {
    if (type === "u32") numbers[name] = BigInt(view.getUint32(at, true));
    else numbers[name] = type === "i64" ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
  }
  if (Number(numbers.headerSize) !== HEADER_SIZE) {
    throw new UserError(
      `the trace at offset ${offset} says its header has ${numbers.headerSize} bytes instead of ${HEADER_SIZE}`,
      "the file is damaged",
      ExitCode.data,
    );
  }
  const shards: bigint[] = [];
  for (let i = 0; i < SHARD_COUNT; i++) shards.push(view.getBigUint64(SHARDS_START + i * SHARD_STRIDE, true));
  return { numbers: numbers as HeaderNumbers, strings: readStrings(bytes), shards };
}

/** Whether the bytes are the header of a trace of a supported version. */
export function isHeader(bytes: Uint8Array): boolean {
  try {
    readHeader(bytes, 0);
    return true;
  } catch {
    return false;
  }
}

function readStrings(bytes: Uint8Array): HeaderStrings {
  const strings: Record<string, string> = {};
  let at = STRINGS_START;
  for (const name of HEADER_STRINGS) {
    const length = at + 2 <= STRINGS_END ? bytes[at] | (bytes[at + 1] << 8) : 0;
    const end = Math.min(at + 2 + length, STRINGS_END);
    strings[name] = new TextDecoder().decode(bytes.subarray(Math.min(at + 2, end), end));
    at = end;
  }
  return strings as HeaderStrings;
}

/**
 * Converts the header to the units of reports.
 * @param live the time on the process's monotonic clock, if the process still runs
 */
export function processInfo({ numbers: n, strings, shards }: RawHeader, clock: Clock, live?: bigint): ProcessInfo {
  const stop = Number(n.stopReason);
  const { build, ...named } = strings;
  return {
    pid: Number(n.pid),
    ppid: Number(n.ppid),
    ...named,
    ...(build === "" ? {} : { build }),
    startWall: Number(n.startWall),
    startNano: Number(n.startNano),
    ...(n.endNano > n.startNano ? { end: Number(n.endNano - n.startNano) } : {}),
    ...(n.exit > 0n ? { exitStatus: Number(n.exit) - 1 } : {}),
    ...(stop === 0
      ? {}
      : {
          stop: {
            reason: STOP_REASONS[stop] ?? `reason ${stop}`,
            at: timeOf(n, n.stopTicks, clock.slope),
          },
        }),
    lost: Number(shards.reduce((sum, shard) => sum + shard, 0n)),
    limit: Number(n.limit),
    ...(live !== undefined && n.exit === 0n ? { now: Math.max(0, Number(live - n.startNano)) } : {}),
    ...hookCost(n, clock.slope),
    ...(n.cpuMillis > 0n ? { cpu: Number(n.cpuMillis) * 1e6 } : {}),
  };
}

/** When the ticks were, nanoseconds since the start: from the latest clock pair, as times of events, for no rate holds for hours. */
function timeOf(n: HeaderNumbers, at: bigint, slope: number): number {
  const { ticks, nano } = latestPair(n);
  return Math.max(0, Number(nano - n.startNano) + Number(at - ticks) * slope);
}

/** The latest complete clock pair; that of the start if there is no later one. */
function latestPair(n: HeaderNumbers): { readonly ticks: bigint; readonly nano: bigint } {
  if (n.latest === 0n) return { ticks: n.startTicks, nano: n.startNano };
  return n.latest === 1n ? { ticks: n.pairATicks, nano: n.pairANano } : { ticks: n.pairBTicks, nano: n.pairBNano };
}

function hookCost({ hookInner, hookOuter }: HeaderNumbers, slope: number): { hook?: HookCost } {
  if ((hookInner === 0n && hookOuter === 0n) || Number.isNaN(slope)) return {};
  const scale = slope / HOOK_SCALE;
  return { hook: { inner: Number(hookInner) * scale, outer: Number(hookOuter) * scale } };
}

/** Slopes outside this range (1 GHz is 1, the slowest counters run at 1 MHz) mean that a clock pair is corrupt. */
const SLOPE_MIN = 1e-3;
const SLOPE_MAX = 1e4;

/** The clock from the header, with the slope between its start and its latest complete clock pair. */
export function headerClock({ numbers: n }: RawHeader): Clock {
  const { ticks, nano } = latestPair(n);
  let slope = Number.NaN;
  if ((Number(n.flags) & FLAG_RAW_TICKS) === 0) slope = 1;
  else if (n.latest !== 0n) slope = slopeOf(Number(ticks - n.startTicks), Number(nano - n.startNano));
  return {
    ticksLow: Number(n.startTicks & 0xffffffffn),
    ticksHigh: Number(n.startTicks >> 32n),
    nanoLow: Number(n.startNano & 0xffffffffn),
    nanoHigh: Number(n.startNano >> 32n),
    slope,
  };
}

/** Nanoseconds per tick between two clock pairs; NaN if implausible. */
export function slopeOf(ticks: number, nano: number): number {
  const slope = nano / ticks;
  return slope >= SLOPE_MIN && slope <= SLOPE_MAX ? slope : Number.NaN;
}
