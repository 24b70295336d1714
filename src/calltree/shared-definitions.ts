/** Definitions of which processes of one binary share the names, so that thousands of processes take little more memory. */
import type { Definition, Definitions } from "../calltrace/index.js";

type Named = Omit<Definition, "id">;

/** Ids of tests, which count down from 2^32, are above this; those of functions and go statements are not. */
const TESTS = 2 ** 31;

/** The distinct definitions of some processes, numbered from 1 on. */
export class DefinitionPool {
  private readonly list: Named[] = [{ kind: "function", name: "", file: "", line: 0 }];
  /** By name, the latest one; by number, the one before of the same name, 0 for none. */
  private readonly latest = new Map<string, number>();
  private readonly before: number[] = [0];

  /** The number of a definition. */
  number({ kind, name, file, line }: Named): number {
    const latest = this.latest.get(name) ?? 0;
    for (let number = latest; number > 0; number = this.before[number]) {
      const other = this.list[number];
      if (other.line === line && other.kind === kind && other.file === file) return number;
    }
    const number = this.list.push({ kind, name, file, line }) - 1;
    this.before.push(latest);
    this.latest.set(name, number);
    return number;
  }

  at(number: number): Named {
    return this.list[number];
  }
}

/** The definitions of a process: 4 bytes for each id, beside what the pool holds. */
export class SharedDefinitions implements Definitions {
  readonly size: number;
  /** By id, the number in the pool; 0 for none. */
  private readonly numbers: Uint32Array;
  private readonly tests?: ReadonlyMap<number, number>;

  constructor(
    definitions: Definitions,
    readonly pool: DefinitionPool,
  ) {
    this.size = definitions.size;
    const tests = new Map<number, number>();
    let most = 0;
    for (const { id } of definitions.values()) if (id < TESTS && id > most) most = id;
    this.numbers = new Uint32Array(most + 1);
    for (const definition of definitions.values()) {
      if (definition.id < TESTS) this.numbers[definition.id] = pool.number(definition);
      else tests.set(definition.id, pool.number(definition));
    }
    if (tests.size > 0) this.tests = tests;
  }

  /** The number of a definition in the pool; 0 if there is none with this id. */
  numberOf(id: number): number {
    return (id < TESTS ? this.numbers[id] : this.tests?.get(id)) ?? 0;
  }

  get(id: number): Definition | undefined {
    const number = this.numberOf(id);
    return number === 0 ? undefined : this.definition(id, number);
  }

  *values(): Generator<Definition> {
    const { numbers, tests = [] } = this;
    for (let id = 0; id < numbers.length; id++) if (numbers[id] > 0) yield this.definition(id, numbers[id]);
    for (const [id, number] of tests) yield this.definition(id, number);
  }

  private definition(id: number, number: number): Definition {
    const { kind, name, file, line } = this.pool.at(number);
    return { id, kind, name, file, line };
  }
}
