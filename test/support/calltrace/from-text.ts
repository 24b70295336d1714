/** Makes a trace from its text twin: lines to bytes. See to-text.ts. */

import { CHUNK_ALIGN, CHUNK_KINDS, CHUNK_MAGIC, HEADER_FIELDS, HEADER_STRINGS } from "../../../src/calltrace/spec.js";
import { COUNTS } from "../../../src/calltrace/spec-ring.js";
import { specNamed, writeRecord } from "./bits.js";
import { encodeDefinition, encodeHeader, writeChunkHeader, writeControl } from "./encode.js";

interface HeaderDraft {
  readonly at: number;
  readonly numbers: { [name: string]: bigint };
  readonly strings: { [name: string]: string };
  readonly shards: Map<number, bigint>;
}

interface ControlDraft {
  readonly at: number;
  readonly numbers: { [name: string]: bigint };
  text?: string;
  readonly gates: { nano: bigint; isPaused: boolean }[];
}

/**
 * The bytes that the lines of a text twin describe. Lines that begin with `#`, and empty lines, are ignored.
 *
 * @throws SyntaxError that names the line
 */
export function fromText(text: string): Uint8Array {
  const assembly = new Assembly();
  for (const [index, line] of text.split("\n").entries()) {
    const words = wordsOf(line);
    if (words.length === 0 || words[0].startsWith("#")) continue;
    try {
      assembly.line(words);
    } catch (error) {
      throw new SyntaxError(`line ${index + 1}: ${error instanceof Error ? error.message : error}: ${line}`);
    }
  }
  return assembly.finish();
}

function wordsOf(line: string): string[] {
  return line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
}

class Assembly {
  private bytes = new Uint8Array(8192);
  /** End of what is described so far. */
  private end = 0;
  /** Where the next record goes, in the current chunk. */
  private at = 0;
  private size: number | undefined;
  private header: HeaderDraft | undefined;
  /** Of a chunk of counts, the id of the first function. */
  private firstId = 0;
  /** The control chunk that the lines describe. */
  private control: ControlDraft | undefined;

  line(words: readonly string[]): void {
    const [word, ...rest] = words;
    if (word === "process") {
      this.closeHeader();
      this.header = { at: this.end, numbers: {}, strings: {}, shards: new Map() };
      this.grow(4096);
    } else if (word === "zeros") this.grow(Number(rest[0]));
    else if (word === "unused") this.grow(CHUNK_ALIGN);
    else if (word === "size") this.size = Number(rest[0]);
    else if (word === "patch") this.patch(Number(rest[0]), rest[1]);
    else if (word === "json") this.json(JSON.parse(rest[0]) as string);
    else if (word === "left-out") this.leftOut(new Map(fieldsOf(rest)));
    else if (this.control !== undefined && word.startsWith(".")) this.controlLine(word.slice(1), rest[0]);
    else if (word in CHUNK_KINDS && rest[0]?.includes("=")) this.chunk(word as keyof typeof CHUNK_KINDS, rest);
    else if (word === "function" || word === "go" || (word === "test" && rest[1]?.startsWith('"'))) {
      const [id, name, file, line] = rest;
      const definition = {
        id: Number(id),
        kind: word,
        name: JSON.parse(name),
        file: JSON.parse(file),
        line: Number(line),
      };
      this.put(encodeDefinition(definition as Parameters<typeof encodeDefinition>[0]));
    } else if (!this.headerLine(word, rest)) {
      const spec = specNamed(word);
      const record = new Uint8Array(spec.bytes);
      writeRecord(spec, fieldsOf(rest), record, 0);
      this.put(record);
    }
  }

  finish(): Uint8Array {
    this.closeHeader();
    const size = this.size ?? this.end;
    this.need(size);
    return this.bytes.slice(0, size);
  }

  private headerLine(word: string, [value, second]: readonly string[]): boolean {
    const { header } = this;
    if (HEADER_FIELDS.some(({ name }) => name === word)) {
      if (header !== undefined) header.numbers[word] = BigInt(value);
    } else if ((HEADER_STRINGS as readonly string[]).includes(word)) {
      if (header !== undefined) header.strings[word] = JSON.parse(value) as string;
    } else if (word === "lost") header?.shards.set(Number(value), BigInt(second));
    else return false;
    return true;
  }

  /** Counts of a function, at its place in the chunk. */
  private leftOut(fields: ReadonlyMap<string, bigint>): void {
    const view = new DataView(this.bytes.buffer, this.at + (Number(fields.get("id")) - this.firstId) * COUNTS.bytes);
    view.setBigUint64(0, fields.get("calls") ?? 0n, true);
    view.setBigUint64(8, fields.get("ticks") ?? 0n, true);
  }

  /** A line of a control chunk: a field, the text, or a change of the gate. */
  private controlLine(word: string, value: string): void {
    const control = this.control!;
    if (word === "text") control.text = JSON.parse(value) as string;
    else if (word === "gate-log")
      control.gates.push({ nano: BigInt(value) >> 1n, isPaused: BigInt(value) % 2n === 1n });
    else control.numbers[word] = BigInt(value);
    writeControl(control, this.bytes, control.at);
  }

  /** The header is written after the process's chunks, when its `used` is known even if no line gave it. */
  private closeHeader(): void {
    if (this.header === undefined) return;
    const { at, numbers, strings, shards } = this.header;
    const used = BigInt(this.end - at);
    this.bytes.set(encodeHeader({ numbers: { used, ...numbers }, strings, shards }), at);
    this.header = undefined;
  }

  private chunk(kind: keyof typeof CHUNK_KINDS, words: readonly string[]): void {
    const fields = Object.fromEntries(fieldsOf(words));
    const at = this.end;
    this.grow(Number(fields.size));
    const header = { ...fields, magic: BigInt(CHUNK_MAGIC), kind: BigInt(CHUNK_KINDS[kind]) };
    this.at = at + writeChunkHeader(header, this.bytes, at);
    this.firstId = Number(fields.slot ?? 0n);
    this.control = kind === "control" ? { at, numbers: { changes: 0n }, gates: [] } : undefined;
  }

  private json(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length, true);
    this.put(length);
    this.put(bytes);
  }

  private put(part: Uint8Array): void {
    if (this.at + part.length > this.end) throw new RangeError("the chunk is full");
    this.bytes.set(part, this.at);
    this.at += part.length;
  }

  private patch(at: number, hex: string): void {
    this.closeHeader();
    this.need(at + hex.length / 2);
    for (let i = 0; i < hex.length; i += 2) this.bytes[at + i / 2] = Number.parseInt(hex.slice(i, i + 2), 16);
  }

  private grow(length: number): void {
    if (!(length >= 0)) throw new RangeError("no length");
    this.need(this.end + length);
    this.end += length;
  }

  private need(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(length, this.bytes.length * 2));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

function fieldsOf(words: readonly string[]): Map<string, bigint> {
  return new Map(
    words.map((word) => {
      const [name, value] = word.split("=");
      return [name, BigInt(value)];
    }),
  );
}
