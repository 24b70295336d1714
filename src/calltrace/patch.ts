/** Changes to a trace that the gotrace command makes after the process has ended, as bytes to write at offsets. */
import { encodeNote, type Note } from "./notes.js";
import { HEADER_FIELDS } from "./spec.js";
import type { ProcessTrace } from "./trace.js";

/** Bytes to write at an offset of the process trace. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The end of a process. */
export interface End {
  /** On the runtime's clock, nanoseconds. */
  readonly nano: bigint;
  /** 128 + n for signal n. Without it nobody saw the process end, and the time is when it was last seen alive. */
  readonly exitStatus?: number;
  /** Processor time, user and system, milliseconds. */
  readonly cpu?: number | undefined;
}

/** The end of the process for its header. */
export function endPatches({ nano, exitStatus, cpu }: End): Patch[] {
  return [
    numberPatch("endNano", nano),
    numberPatch("exit", BigInt((exitStatus ?? -1) + 1)),
    ...(cpu === undefined ? [] : [numberPatch("cpuMillis", BigInt(Math.min(cpu, 2 ** 32 - 1)))]),
  ];
}

/** Has a process that still runs stop recording when it needs more space. */
export function haltPatch(): Patch {
  return numberPatch("halt", 1n);
}

/** Appends notes to a process trace: chunks behind its last one, and the cursor behind them. */
export function notePatches(process: ProcessTrace, notes: readonly Note[]): Patch[] {
  let end = process.length;
  const patches: Patch[] = [];
  for (const note of notes) {
    const bytes = encodeNote(note);
    patches.push({ offset: end, bytes });
    end += bytes.length;
  }
  return [...patches, ...lengthPatches(end)];
}

/** The patches that let a copy of the first `process.length` bytes stand in a bundle. */
export function bundlePatches(process: ProcessTrace): Patch[] {
  return lengthPatches(process.length);
}

function lengthPatches(length: number): Patch[] {
  return [numberPatch("used", BigInt(length)), numberPatch("grown", BigInt(length))];
}

function numberPatch(name: (typeof HEADER_FIELDS)[number]["name"], value: bigint): Patch {
  const field = HEADER_FIELDS.find((field) => field.name === name);
  if (field === undefined) throw new Error(`no header field ${name}`);
  const bytes = new Uint8Array(field.type === "u32" ? 4 : 8);
  const view = new DataView(bytes.buffer);
  if (field.type === "u32") view.setUint32(0, Number(value), true);
  else view.setBigUint64(0, value, true);
  return { offset: field.offset, bytes };
}
