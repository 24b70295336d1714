/** Changes that the gotrace command makes to a trace (exit status, notes, halt), as bytes to write at offsets. */
import { isGivenBack } from "./given-back.js";
import { encodeNote, type Note } from "./notes.js";
import { encodePieces } from "./pieces.js";
import { HEADER_FIELDS, type HeaderField } from "./spec.js";
import { CONTROL_FIELDS, GIVE } from "./spec-ring.js";
import type { OpenedProcess } from "./trace.js";

/** Bytes to write at an offset of the process trace. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The end of a process. */
export interface End {
  /** On the runtime's clock, nanoseconds. */
  readonly nano: bigint;
  /** 128 + n for signal n. Without it, the end was not observed and `nano` is when the process was last seen alive. */
  readonly exitStatus?: number;
  /** User and system CPU time, milliseconds. */
  readonly cpu?: number | undefined;
}

/** Writes the end of the process into its header. */
export function endPatches({ nano, exitStatus, cpu }: End): Patch[] {
  return [
    numberPatch("endNano", nano),
    numberPatch("exit", BigInt((exitStatus ?? -1) + 1)),
    ...(cpu === undefined ? [] : [numberPatch("cpuMillis", BigInt(Math.min(cpu, 2 ** 32 - 1)))]),
  ];
}

/** Asks a running process to stop recording when it next needs space. */
export function haltPatch(): Patch {
  return numberPatch("halt", 1n);
}

/** Bytes of a file that are no longer needed; multiples of the largest page size. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Asks a running process to make holes of ranges of its trace.
 * @param control offset of the control chunk
 * @param asked ranges that it was asked for before
 * @param ranges at most as many as have room: GIVE.entries less those that it has not seen to
 */
export function givePatches(control: number, asked: number, ranges: readonly Range[]): Patch[] {
  const patches = ranges.map(({ from, to }, n) => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(from), true);
    view.setBigUint64(8, BigInt(to), true);
    return { offset: control + GIVE.offset + 16 * ((asked + n) % GIVE.entries), bytes };
  });
  return [...patches, fieldPatch(CONTROL_FIELDS, "giveAsked", BigInt(asked + ranges.length), control)];
}

/** Appends notes to a process trace as chunks after its last one, and moves the `used` cursor past them. */
export function notePatches(process: OpenedProcess, notes: readonly Note[]): Patch[] {
  let end = process.length;
  const patches: Patch[] = [];
  for (const note of notes) {
    const bytes = encodeNote(note);
    patches.push({ offset: end, bytes });
    end += bytes.length;
  }
  return [...patches, ...endsAt(process, end)];
}

/**
 * Appends an execution trace to a process trace, a chunk at a time. The trace is whole after each of them, so that it stays
 * readable if gotrace is killed meanwhile.
 */
export function* executionPatches(process: OpenedProcess, execution: Iterable<Uint8Array>): Generator<Patch> {
  let end = process.length;
  for (const bytes of encodePieces("execution", execution)) {
    yield { offset: end, bytes };
    end += bytes.length;
    yield* endsAt(process, end);
  }
}

/** Appends the tree of a trace that {@link isGivenBack}. Readers find all of it or, if gotrace is killed meanwhile, nothing. */
export function* treePatches(process: OpenedProcess, tree: Iterable<Uint8Array>): Generator<Patch> {
  let end = process.length;
  for (const bytes of encodePieces("tree", tree)) {
    yield { offset: end, bytes };
    end += bytes.length;
  }
  yield* endsAt(process, end);
}

/** The chunks of a trace, with those that were appended to it, end there. */
function endsAt(process: OpenedProcess, end: number): Patch[] {
  const { control, header, length } = process;
  const isFirst = isGivenBack(process) && control?.numbers.appended === 0n;
  const from = () => fieldPatch(CONTROL_FIELDS, "appended", BigInt(length), Number(header.numbers.control));
  return [...(isFirst ? [from()] : []), ...lengthPatches(end)];
}

/**
 * The patches for a copy of the first `process.length` bytes of a trace, so that another trace can follow it in a
 * bundle. They append the execution trace if it lies in another file.
 */
export function* bundlePatches(process: OpenedProcess): Generator<Patch> {
  yield* lengthPatches(process.length);
  if (process.execution !== undefined && !process.holdsExecution) yield* executionPatches(process, process.execution);
}

/** Says where the chunks of a trace end. */
export function lengthPatches(length: number): Patch[] {
  return [numberPatch("used", BigInt(length)), numberPatch("grown", BigInt(length))];
}

function numberPatch(name: (typeof HEADER_FIELDS)[number]["name"], value: bigint): Patch {
  return fieldPatch(HEADER_FIELDS, name, value);
}

/**
 * Writes a field of a table of the format.
 * @param base where the offsets of the table begin, in bytes
 */
export function fieldPatch<F extends readonly HeaderField[]>(
  fields: F,
  name: F[number]["name"],
  value: bigint,
  base = 0,
): Patch {
  const field = fields.find((field) => field.name === name);
  if (field === undefined) throw new Error(`no field ${name}`);
  const bytes = new Uint8Array(field.type === "u32" ? 4 : 8);
  const view = new DataView(bytes.buffer);
  if (field.type === "u32") view.setUint32(0, Number(value), true);
  else view.setBigUint64(0, value, true);
  return { offset: base + field.offset, bytes };
}
