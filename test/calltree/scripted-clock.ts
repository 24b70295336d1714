/** States of goroutines as scripts: `g1 10-30 lock` on each line, microseconds; the rest of the time a goroutine runs. */
import { STATES, State, type StateClock, type StateName } from "../../src/calltree/index.js";

interface Stay {
  readonly from: number;
  readonly to: number;
  readonly state: number;
}

/** The clock of a script. */
export class ScriptedClock implements StateClock {
  readonly spent = new Float64Array(STATES.length);
  readonly isPlausible = true;
  private readonly script = new Map<number, Stay[]>();
  private own: readonly Stay[] = [];
  at = 0;

  constructor(script: string) {
    for (const line of script.split("\n").filter((line) => line.trim() !== "")) {
      const [, goid, from, to, name] = /^\s*g(\d+)\s+(\d+)-(\d+)\s+([a-z]+)\s*$/.exec(line)!;
      const stays = this.script.get(Number(goid)) ?? [];
      stays.push({ from: Number(from) * 1000, to: Number(to) * 1000, state: State[name as StateName] });
      this.script.set(Number(goid), stays);
    }
  }

  begin(goid: number, time: number): void {
    this.own = this.script.get(goid) ?? [];
    this.at = time;
    this.spent.fill(0);
  }

  advance(time: number): void {
    if (time <= this.at) return;
    let rest = time - this.at;
    for (const { from, to, state } of this.own) {
      const shared = Math.max(0, Math.min(to, time) - Math.max(from, this.at));
      this.spent[state] += shared;
      rest -= shared;
    }
    this.spent[State.running] += rest;
    this.at = time;
  }

  get state(): number {
    return this.stay?.state ?? State.running;
  }

  get until(): number {
    const starts = this.own.map(({ from }) => from).filter((from) => from > this.at);
    return Math.min(this.stay?.to ?? Number.POSITIVE_INFINITY, ...starts);
  }

  private get stay(): Stay | undefined {
    return this.own.find(({ from, to }) => from <= this.at && this.at < to);
  }
}
