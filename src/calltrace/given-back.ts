/**
 * Traces with holes: while the process runs, gotrace may ask it to give back the space of what was read. Then the chunks of
 * events cannot be found any more. Those of definitions are whole, and so are those that gotrace appends.
 */
import type { Control } from "./control.js";
import { definitionChunks } from "./definitions.js";
import type { RawHeader } from "./header.js";
import type { ByteSource } from "./source.js";
import { CHUNK_ALIGN, HEADER_SIZE } from "./spec.js";
import { CONTROL_SIZE } from "./spec-ring.js";

/** Whether a trace has holes. */
export function isGivenBack({ control }: { readonly control?: Control | undefined }): boolean {
  return control !== undefined && control.numbers.given > 0n;
}

/** Where the chunks begin that were appended to a trace with holes; undefined without holes. @param end where it ends */
export function appendedFrom(control: Control | undefined, end: number): number | undefined {
  if (!isGivenBack({ control })) return undefined;
  const offset = Number(control!.numbers.appended);
  return offset > 0 && offset % CHUNK_ALIGN === 0 && offset <= end ? offset : end;
}

/** A part of a process trace, in bytes from its header. */
interface Part {
  readonly from: number;
  readonly to: number;
}

interface Opened {
  readonly source: ByteSource;
  readonly length: number;
  readonly header: RawHeader;
  readonly control?: Control;
}

/** What a copy of a trace needs, in order: all of it, but if it has holes only what can be read. */
export function keptParts({ source, header, control, length }: Opened): Part[] {
  const appended = appendedFrom(control, length);
  if (appended === undefined) return [{ from: 0, to: length }];
  const at = Number(header.numbers.control);
  return [
    { from: 0, to: HEADER_SIZE },
    { from: at, to: at + CONTROL_SIZE },
    ...definitionChunks(source, Number(header.numbers.defsHead)),
    { from: appended, to: length },
  ];
}
