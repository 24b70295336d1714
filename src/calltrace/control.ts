/** Reads the control chunk of a process trace: how the process records. */
import type { RawHeader } from "./header.js";
import { type LeftOut, readLeftOut } from "./left-out.js";
import { type ByteSource, readBytes } from "./source.js";
import { CHUNK_KINDS, CHUNK_MAGIC, Chunk } from "./spec.js";
import { CONTROL_FIELDS, CONTROL_SIZE, CONTROL_TEXT, GATE_LOG, MODES, RING_STATES } from "./spec-ring.js";

type ControlNumbers = { readonly [K in (typeof CONTROL_FIELDS)[number]["name"]]: bigint };

/** What a control chunk says. */
export interface Control {
  /** All fields, in the units of the format. */
  readonly numbers: ControlNumbers;
  readonly mode: (typeof MODES)[number];
  /** How it stands with the states of calls beside a ring. */
  readonly states: (typeof RING_STATES)[number];
  /** Which functions are recorded: see CONTROL_TEXT. */
  readonly text: string;
  /** Changes of the gate in order, the oldest of them only as long as the log has room; times on the runtime's clock. */
  readonly gates: readonly { readonly nano: bigint; readonly isPaused: boolean }[];
}

/** How a process records or recorded, and what it left out. @param slope nanoseconds per tick */
export function readHowRecorded(
  source: ByteSource,
  { numbers }: RawHeader,
  slope: number,
): { readonly control?: Control; readonly leftOut: ReadonlyMap<number, LeftOut> } {
  const control = readControl(source, Number(numbers.control));
  const leftOut = readLeftOut(source, Number(control?.numbers.leftOut ?? 0n), slope);
  return { ...(control === undefined ? {} : { control }), leftOut };
}

/**
 * Reads the control chunk at an offset; undefined without one.
 * @param source the process trace, offset 0 = its header
 */
export function readControl(source: ByteSource, offset: number): Control | undefined {
  if (!(offset > 0) || offset + CONTROL_SIZE > source.size) return undefined;
  const bytes = readBytes(source, offset, CONTROL_SIZE);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < CONTROL_SIZE || view.getUint16(Chunk.magic, true) !== CHUNK_MAGIC) return undefined;
  if (view.getUint16(Chunk.kind, true) !== CHUNK_KINDS.control) return undefined;
  const numbers: Record<string, bigint> = {};
  for (const { name, offset: at, type } of CONTROL_FIELDS) {
    numbers[name] = type === "u32" ? BigInt(view.getUint32(at, true)) : view.getBigUint64(at, true);
  }
  const length = Math.min(Number(numbers.textLength), CONTROL_TEXT.most);
  return {
    numbers: numbers as ControlNumbers,
    mode: MODES[Number(numbers.mode)] ?? "plain",
    states: RING_STATES[Number(numbers.states)] ?? "none",
    text: new TextDecoder().decode(bytes.subarray(CONTROL_TEXT.offset, CONTROL_TEXT.offset + length)),
    gates: gatesOf(view),
  };
}

function gatesOf(view: DataView): Control["gates"] {
  const entries = Array.from({ length: GATE_LOG.entries }, (_, n) => view.getBigUint64(GATE_LOG.offset + 8 * n, true));
  return entries
    .filter((entry) => entry !== 0n)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((entry) => ({ nano: entry >> 1n, isPaused: (entry & 1n) === 1n }));
}
