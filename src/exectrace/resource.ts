/** A goroutine or a proc as the order of events knows it. */

/** Ranges that are open on a goroutine or a proc: the number of the event that began each, and a string id or 0. */
export class Ranges {
  private types: number[] = [];
  private details: number[] = [];

  has(type: number, detail: number): boolean {
    for (let i = 0; i < this.types.length; i++) {
      if (this.types[i] === type && this.details[i] === detail) return true;
    }
    return false;
  }

  begin(type: number, detail: number): void {
    this.types.push(type);
    this.details.push(detail);
  }

  /** Ends the first range that `type` began and returns its detail, or -1 when there is none. */
  end(type: number): number {
    const i = this.types.indexOf(type);
    if (i < 0) return -1;
    const detail = this.details[i]!;
    this.types[i] = this.types.at(-1)!;
    this.details[i] = this.details.at(-1)!;
    this.types.pop();
    this.details.pop();
    return detail;
  }
}

/** A user region. */
export interface Region {
  readonly task: number;
  readonly name: string;
}

/** A goroutine or a proc: a status of the wire, and the sequence number of its last event, which counts in a generation. */
export class Resource {
  sequence = 0;
  private open: Ranges | undefined;
  /** User regions that are open on a goroutine, outermost first. */
  regions: Region[] | undefined;

  constructor(
    public id: number,
    public status: number,
    public generation: number,
  ) {}

  get ranges(): Ranges {
    this.open ??= new Ranges();
    return this.open;
  }

  /** Makes it another goroutine, of which nothing is known. */
  renew(id: number, status: number, generation: number): void {
    this.id = id;
    this.status = status;
    this.generation = generation;
    this.sequence = 0;
    this.open = undefined;
    this.regions = undefined;
  }

  /** Starts counting anew. */
  reset(generation: number): void {
    this.generation = generation;
    this.sequence = 0;
  }

  /** Whether the event with a sequence number is the one that follows. */
  isNext(generation: number, sequence: number): boolean {
    return this.generation === generation && sequence === this.sequence + 1;
  }
}
