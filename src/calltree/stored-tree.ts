/**
 * What was counted of a process, as bytes: a head of 16 bytes (u32 version, u32 CRC-32 of all that follows, u32 length of the
 * JSON, u32 0), JSON, and columns of numbers, little-endian. All of them begin at multiples of 8 bytes. The JSON has the
 * scalars, and of each column its name, type and length.
 *
 * It is stored in traces whose calls were given back: it stands for them, but no call can be walked. So what walks need is
 * left out: where goroutines are attached, and the hash of nodes.
 */
import { crc32 } from "node:zlib";
import type { Problem } from "../calltrace/index.js";
import type { CollectedRequests } from "./collected-requests.js";
import type { PackedDurations } from "./packed-durations.js";
import { AttachmentTable } from "./replay/attachments.js";
import type { Counted } from "./replay/count.js";
import { type Edge, EdgeTable } from "./replay/edges.js";
import { NodeTable } from "./replay/nodes.js";

const VERSION = 1;
const HEAD = 16;

const TYPES = { Int32Array, Uint32Array, Uint16Array, Float64Array } as const;
type Column = Int32Array | Uint32Array | Uint16Array | Float64Array;

const NODES = ["parent", "func", "edge", "depth", "calls", "total", "self", "first", "last", "displaced"] as const;
const REQUESTS = ["durations", "signatures", "candidates", "slowest"] as const;
const ENDINGS = ["panics", "goexits", "running", "recovered", "earlier"] as const;

interface Head {
  readonly columns: readonly { readonly name: string; readonly type: keyof typeof TYPES; readonly length: number }[];
  readonly edges: readonly Edge[];
  readonly nodes: Pick<NodeTable, "count" | "others" | "hasOtherIds" | "depthLimit" | "pathLimit">;
  readonly stacks: Pick<Counted["stacks"], "stray" | "pruned" | "filtered">;
  readonly events: number;
  readonly goroutines: number;
  readonly end: number;
  readonly known: boolean;
  readonly problem?: Problem;
  readonly guesses?: number;
  readonly requestRoot?: string;
}

/** The bytes, in pieces. */
export function encodeTree({
  nodes,
  edges,
  stacks,
  durations,
  requests,
  attachments: _attachments,
  ...rest
}: Counted): Uint8Array[] {
  const { count, others, hasOtherIds, depthLimit, pathLimit } = nodes;
  const { stray, pruned, filtered, endings } = stacks;
  const named: [string, Column][] = [
    ...NODES.map((name): [string, Column] => [name, nodes[name].subarray(0, count)]),
    ["goroutines", stacks.goroutines.subarray(0, count)],
    ["goids", stacks.goids.subarray(0, count)],
    ...(durations === undefined ? [] : [["durations", durations] as [string, Column]]),
    ...(requests === undefined ? [] : REQUESTS.map((name): [string, Column] => [`requests.${name}`, requests[name]])),
    ...ENDINGS.flatMap((name): [string, Column][] => [
      [`${name}.nodes`, Int32Array.from(endings[name].keys())],
      [name, Float64Array.from(endings[name].values())],
    ]),
  ];
  const columns = named.map(([name, column]) => ({ name, type: typeOf(column), length: column.length }));
  const head: Head = {
    ...rest,
    ...(requests?.root === undefined ? {} : { requestRoot: requests.root }),
    columns,
    edges: edges.list,
    nodes: { count, others, hasOtherIds, depthLimit, pathLimit },
    stacks: { stray, pruned, filtered },
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = named.map(([, { buffer, byteOffset, byteLength }]) => new Uint8Array(buffer, byteOffset, byteLength));
  const pieces = [text, ...bytes].flatMap((piece) => [piece, new Uint8Array(padded(piece.length) - piece.length)]);
  const start = new DataView(new ArrayBuffer(HEAD));
  start.setUint32(0, VERSION, true);
  start.setUint32(4, checksum(pieces), true);
  start.setUint32(8, text.length, true);
  return [new Uint8Array(start.buffer), ...pieces];
}

/** Reads back what {@link encodeTree} wrote; undefined if the bytes are damaged, or of another version. */
export function decodeTree(pieces: Iterable<Uint8Array>): Counted | undefined {
  const bytes = joined([...pieces]);
  if (bytes.length < HEAD) return undefined;
  const start = new DataView(bytes.buffer);
  const body = bytes.subarray(HEAD);
  if (start.getUint32(0, true) !== VERSION || start.getUint32(4, true) !== checksum([body])) return undefined;
  const length = start.getUint32(8, true);
  const head: Head = JSON.parse(new TextDecoder().decode(body.subarray(0, length)));
  const columns = new Map<string, Column>();
  let at = HEAD + padded(length);
  for (const { name, type, length } of head.columns) {
    const column = new TYPES[type](bytes.buffer, at, length);
    columns.set(name, column);
    at += padded(column.byteLength);
  }
  const { columns: _columns, nodes: sizes, edges, stacks, requestRoot: root, ...rest } = head;
  const endings = ENDINGS.map((name) => {
    const counts = columns.get(name)!;
    return [name, new Map([...columns.get(`${name}.nodes`)!].map((node, i) => [node, counts[i]]))] as const;
  });
  const nodes = Object.assign(new NodeTable(true, sizes.depthLimit, sizes.pathLimit), sizes);
  for (const name of NODES) Object.assign(nodes, { [name]: columns.get(name) });
  const durations = columns.get("durations") as PackedDurations | undefined;
  const own = Object.fromEntries(REQUESTS.map((name) => [name, columns.get(`requests.${name}`)]));
  const requests = { ...own, ...(root === undefined ? {} : { root }) } as unknown as CollectedRequests;
  return {
    ...rest,
    ...(durations === undefined ? {} : { durations }),
    ...(columns.has("requests.slowest") ? { requests } : {}),
    nodes,
    edges: Object.assign(new EdgeTable(), { list: edges }),
    attachments: new AttachmentTable(0),
    stacks: {
      ...stacks,
      goroutines: columns.get("goroutines") as Int32Array<ArrayBuffer>,
      goids: columns.get("goids") as Float64Array<ArrayBuffer>,
      endings: Object.fromEntries(endings) as unknown as Counted["stacks"]["endings"],
    },
  };
}

function typeOf(column: Column): keyof typeof TYPES {
  return column.constructor.name as keyof typeof TYPES;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** Of an empty piece, crc32 is 0 whatever came before. */
function checksum(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => (piece.length === 0 ? sum : crc32(piece, sum)), 0);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
