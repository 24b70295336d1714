/** Collects the calls that one assertion applies to, by test. */
import { matching } from "../base/names.js";
import { type CallForest, State, testsAround } from "../calltree/index.js";
import type { Assertion } from "./assertion.js";
import { CallGroup } from "./group.js";
import { nearestName } from "./match.js";
import { chosen, isSum, type Reading } from "./reading.js";

/** The calls of one test, or of the whole run. */
export interface Subject {
  /** Go's name of the test. */
  readonly test: string | undefined;
  /** How often the test ran; 1 for the whole run. */
  readonly runs: number;
  readonly group: CallGroup;
  /** The same calls with their unknown time added to that in the states measured; undefined for all time. */
  readonly most: CallGroup | undefined;
}

/** The calls of one assertion. */
export class Claim {
  /** What the assertion measures. */
  readonly reading: Reading;
  /** By function: whether the assertion applies to it. */
  readonly functions: readonly boolean[];
  private readonly byTest = new Map<string | undefined, Subject>();
  /** Whether any traced function has the name, called or not. If not, `near` is the most similar name. */
  readonly known: boolean;
  readonly near: string | undefined;

  /**
   * @param traced names of traced functions, called or not, if known
   * @param runs how often each test ran
   */
  constructor(
    readonly assertion: Assertion,
    { functions }: CallForest,
    traced: readonly string[],
    runs: ReadonlyMap<string, number>,
  ) {
    const names = functions.map(({ name }) => name);
    this.reading = chosen(assertion.readings, [...names, ...traced]);
    const { functions: named } = this.reading;
    this.functions = matching(names, (name) => named?.matches(name) ?? true);
    this.known = named === undefined || this.functions.includes(true) || traced.some((name) => named.matches(name));
    this.near = this.known ? undefined : nearestName(named!.text, [...names, ...traced]);
    if (assertion.test === undefined) this.add(undefined, 1);
    else for (const [test, count] of runs) if (assertion.test.matches(test)) this.add(test, count);
  }

  /** Empty if no matching test ran. */
  get subjects(): readonly Subject[] {
    return [...this.byTest.values()];
  }

  /** Calls that belong to no test. */
  readonly outside = new CallGroup(false);

  /** The groups that count the calls of a function made in a test, or outside all tests. */
  groupsOf(func: number, test: string | undefined): readonly CallGroup[] {
    if (!this.functions[func]) return [];
    if (this.assertion.test === undefined) return groupsIn(this.byTest.get(undefined));
    // All calls of a test are its own, those outside are no oversight.
    if (test === undefined) return this.reading.functions === undefined ? [] : [this.outside];
    return testsAround(test).flatMap((around) => groupsIn(this.byTest.get(around)));
  }

  private add(test: string | undefined, runs: number): void {
    const { states, measure } = this.reading;
    const spread = !isSum(measure);
    const most = states && new CallGroup(spread, [...new Set([...states, State.unknown])]);
    this.byTest.set(test, { test, runs, group: new CallGroup(spread, states), most });
  }
}

function groupsIn(subject: Subject | undefined): readonly CallGroup[] {
  if (subject === undefined) return [];
  return subject.most === undefined ? [subject.group] : [subject.group, subject.most];
}
