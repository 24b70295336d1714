/** One table of functions for all processes of a trace, and which function encloses which. */
import { grown } from "../base/columns.js";
import type { Definitions } from "../calltrace/index.js";
import { OTHER_IDS, OTHER_PATHS } from "./replay/nodes.js";
import { DefinitionPool, type SharedDefinitions } from "./shared-definitions.js";

/** A function, or a go statement (then the name is that of the function around it). */
export interface FunctionInfo {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

const NONE = -1;

/** Numbers functions by (name, file, line), across processes. */
export class FunctionTable {
  readonly list: FunctionInfo[] = [];
  /** The definitions of all processes, whether they are among the functions or not. */
  readonly pool = new DefinitionPool();
  private readonly numbers = new Map<string, number>();
  /** By number of a definition in the pool. */
  private defined = new Int32Array(0);

  /** @param pooled the number of a definition in the pool */
  ofDefinition(pooled: number): number {
    this.defined = grown(this.defined, pooled + 1, NONE);
    if (this.defined[pooled] === NONE) {
      const { name, file, line } = this.pool.at(pooled);
      this.defined[pooled] = this.intern(name, file, line);
    }
    return this.defined[pooled];
  }

  intern(name: string, file: string, line: number): number {
    const key = `${name}\0${file}\0${line}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.list.push({ name, file, line }) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}

/** Name of the node above calls on paths beyond the limit. */
const OTHER_PATHS_NAME = "[other call paths]";

/** Name of all functions whose ids are beyond the limit. */
const OTHER_FUNCTIONS_NAME = "[other functions]";

/** Maps the ids of one process trace to the common table. An id without a definition is named `?ID`. */
export class IdMap {
  /** @param definitions share the pool of the table */
  constructor(
    private readonly definitions: SharedDefinitions,
    private readonly table: FunctionTable,
  ) {}

  number(any: number): number {
    const id = Math.min(any, OTHER_IDS);
    const pooled = this.definitions.numberOf(id);
    return pooled === 0 ? this.table.intern(standIn(id), "", 0) : this.table.ofDefinition(pooled);
  }
}

function standIn(id: number): string {
  if (id === OTHER_PATHS) return OTHER_PATHS_NAME;
  return id === OTHER_IDS ? OTHER_FUNCTIONS_NAME : `?${id}`;
}

/** Finds the functions that lexically enclose another, by Go's names: `main.run` encloses `main.run.func1`. */
export class Enclosing {
  private readonly byName = new Map<string, number[]>();
  private readonly cache = new Map<number, ReadonlySet<number>>();

  constructor(private readonly definitions: Definitions) {
    for (const { id, kind, name } of definitions.values()) {
      if (kind !== "function") continue;
      const ids = this.byName.get(name);
      if (ids === undefined) this.byName.set(name, [id]);
      else ids.push(id);
    }
  }

  /** Ids of the functions that enclose the function with this id. */
  of(id: number): ReadonlySet<number> {
    let ids = this.cache.get(id);
    if (ids === undefined) {
      const found = new Set<number>();
      const name = this.definitions.get(id)?.name ?? "";
      for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
        for (const around of this.byName.get(name.slice(0, dot)) ?? []) found.add(around);
      }
      ids = found;
      this.cache.set(id, ids);
    }
    return ids;
  }
}
