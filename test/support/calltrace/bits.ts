/**
 * Reads and writes records by the tables of spec.ts: slow but obviously correct. Used by the text twin, the writer and
 * the tests.
 */
import { Head, RECORDS, type RecordSpec, Tag } from "../../../src/calltrace/spec-records.js";

/** The spec of the record that begins with `head` (its first 16 bits), undefined if there is none. */
export function specOf(head: number): RecordSpec | undefined {
  const tag = head & Head.tagMask;
  const type = (head >>> Head.tagBits) & Head.typeMask;
  return RECORDS.find((record) => record.tag === tag && (tag !== Tag.control || record.type === type));
}

/** The spec with this name. @throws RangeError if there is none */
export function specNamed(name: string): RecordSpec {
  const spec = RECORDS.find((record) => record.name === name);
  if (spec === undefined) throw new RangeError(`there is no record ${JSON.stringify(name)}`);
  return spec;
}

/** The fields of a record, by name. */
export function readRecord(spec: RecordSpec, bytes: Uint8Array, at: number): Map<string, bigint> {
  let word = 0n;
  for (let i = spec.bytes - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[at + i]);
  return new Map(spec.fields.map(({ name, from, bits }) => [name, BigInt.asUintN(bits, word >> BigInt(from))]));
}

/** Writes a record; missing fields are 0. @throws RangeError if a value does not fit its field */
export function writeRecord(spec: RecordSpec, fields: ReadonlyMap<string, bigint>, into: Uint8Array, at: number): void {
  let word = BigInt(spec.tag | ((spec.type ?? 0) << 3));
  for (const [name, value] of fields) {
    const field = spec.fields.find((field) => field.name === name);
    if (field === undefined || value < 0n || value >> BigInt(field.bits) !== 0n) {
      throw new RangeError(`${spec.name}: no field ${name}=${value}`);
    }
    word |= value << BigInt(field.from);
  }
  for (let i = 0; i < spec.bytes; i++) {
    into[at + i] = Number(word & 0xffn);
    word >>= 8n;
  }
}
