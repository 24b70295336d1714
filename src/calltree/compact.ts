/** What a report keeps of each process that it has opened, in little memory: it may read thousands. */
import { ColumnSpace } from "../base/columns.js";
import type { ChunkTable, Control, OpenedProcess, ProcessTrace } from "../calltrace/index.js";
import { type DefinitionPool, SharedDefinitions } from "./shared-definitions.js";

/** A process with little memory of its own. */
export interface CompactProcess extends ProcessTrace {
  readonly definitions: SharedDefinitions;
}

/** Makes processes compact. Those of one binary share what is the same in them. */
export class Compactor {
  private readonly controls = new Map<string, Control>();
  private readonly texts = new Map<string, string>();

  constructor(private readonly pool: DefinitionPool) {}

  /** @param process to which no chunks will be added */
  compact({ header: _header, control, ...process }: OpenedProcess): CompactProcess {
    const { goVersion, platform, executable, directory } = process.info;
    return {
      ...process,
      info: {
        ...process.info,
        ...{ goVersion: this.text(goVersion), platform: this.text(platform) },
        ...{ executable: this.text(executable), directory: this.text(directory) },
      },
      definitions: new SharedDefinitions(process.definitions, this.pool),
      chunks: packed(process.chunks),
      notes: process.notes.length === 0 ? NO_NOTES : process.notes,
      leftOut: process.leftOut.size === 0 ? NOTHING : process.leftOut,
      ...(control === undefined ? {} : { control: this.shared(control) }),
    };
  }

  private text(text: string): string {
    const same = this.texts.get(text);
    if (same === undefined) this.texts.set(text, text);
    return same ?? text;
  }

  private shared(control: Control): Control {
    // Those that were paused have times of their own.
    if (control.gates.length > 0) return control;
    const key = `${Object.values(control.numbers)} ${control.text}`;
    const same = this.controls.get(key) ?? control;
    this.controls.set(key, same);
    return same;
  }
}

const NOTHING: ProcessTrace["leftOut"] = new Map();
const NO_NOTES: ProcessTrace["notes"] = [];

/** Bytes of a chunk in the columns of its table. */
const COLUMNS = 8 + 5 * 4;

/** The same table, in one piece of memory. */
function packed(table: ChunkTable): ChunkTable {
  const { count, slots } = table;
  const space = new ColumnSpace(COLUMNS * count + 4 * slots);
  return {
    ...table,
    offset: space.copy(table.offset, count),
    size: space.copy(table.size, count),
    filled: space.copy(table.filled, count),
    body: space.copy(table.body, count),
    slot: space.copy(table.slot, count),
    next: space.copy(table.next, count),
    first: space.copy(table.first, slots),
  };
}
