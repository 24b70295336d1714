/** What was counted as plain objects, which can be sent from one thread to another. */
import { AttachmentTable } from "./attachments.js";
import type { Counts } from "./count.js";
import { EdgeTable } from "./edges.js";
import { NodeTable } from "./nodes.js";

/** {@link Counts}, with plain objects in place of classes. */
export interface PlainCounts extends Pick<Counts, "stacks" | "durations" | "requests"> {
  readonly nodes: object;
  readonly edges: object;
  readonly attachments: object;
}

export function toPlain({ nodes, edges, attachments, stacks, durations, requests }: Counts): PlainCounts {
  const { panics, goexits, running, recovered, earlier } = stacks.endings;
  const endings = { panics, goexits, running, recovered, earlier };
  const columns = { nodes: { ...nodes }, edges: { ...edges }, attachments: { ...attachments } };
  return {
    ...{ ...columns, stacks: { ...stacks, endings } },
    ...(durations === undefined ? {} : { durations }),
    ...(requests === undefined ? {} : { requests }),
  };
}

export function fromPlain({ nodes, edges, attachments, ...rest }: PlainCounts): Counts {
  return {
    ...rest,
    nodes: Object.assign(Object.create(NodeTable.prototype), nodes),
    edges: Object.assign(Object.create(EdgeTable.prototype), edges),
    attachments: Object.assign(Object.create(AttachmentTable.prototype), attachments),
  };
}

/** The memory of all columns. */
export function buffersOfCounts({ nodes, attachments, stacks, durations, requests }: PlainCounts): ArrayBuffer[] {
  return [nodes, attachments, stacks, { durations }, requests ?? {}].flatMap(buffersIn);
}

/** The memory of the columns of an object. */
export function buffersIn(columns: object): ArrayBuffer[] {
  return Object.values(columns)
    .filter((column) => ArrayBuffer.isView(column))
    .map(({ buffer }) => buffer as ArrayBuffer);
}
