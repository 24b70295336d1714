/** The table of requests: one row for each request that `gotrace requests` finds by itself. */
import {
  type Candidate,
  RequestCollector,
  RequestFinder,
  type Requests,
  TaskCollector,
} from "../../callstats/index.js";
import { combineVisitors, type Ending, latest, type Recording, type Walk } from "../../calltree/index.js";
import { ENDINGS } from "./calls.js";
import { type Column, functionColumns, processColumns, type Row, type Table } from "./columns.js";
import { emptyParts, type StateParts, setParts, stateColumns } from "./states.js";
import { Tests, testColumn } from "./tests.js";

/** A request; times are whole nanoseconds since the start of the process. */
interface RequestRow extends Row {
  /** Index into KINDS. */
  kind: number;
  /** What it is a request for, an index into the names of the table. */
  name: number;
  goroutine: number;
  /** Its call, or that in which the task began; 0 for none. */
  number: number;
  node: number;
  start: number;
  end: number;
  self: number;
  how: Ending;
  calls: number;
  states: StateParts | undefined;
}

const KINDS = ["handler", "task", "test", "callback", "guessed handler"] as const;
const ONE: Readonly<Record<Requests["kind"], (typeof KINDS)[number] | undefined>> = {
  named: undefined,
  handlers: "handler",
  tasks: "task",
  tests: "test",
  callbacks: "callback",
};

function kindOf({ kind, guessed }: Pick<Requests, "kind" | "guessed">): number {
  const one = ONE[kind];
  return one === undefined ? -1 : KINDS.indexOf(one === "handler" && guessed ? "guessed handler" : one);
}

export function requestTable(
  recording: Recording,
  clockOf: Table<RequestRow>["clockOf"],
  uniform: boolean,
): Table<RequestRow> {
  const { processes } = recording.forest;
  const names = new Names(recording);
  const functionOf = latest((process) => processes[process].tree.func);
  const columns: Column<RequestRow>[] = [
    ...processColumns<RequestRow>(recording),
    { name: "kind", kind: "lookup", type: "string", values: KINDS, of: ({ kind }) => kind },
    { name: "name", kind: "lookup", type: "string", values: names.list, of: ({ name }) => name },
    { name: "goroutine", kind: "int64", of: ({ goroutine }) => goroutine },
    { name: "number", kind: "int64", nullable: true, of: ({ number }) => number || Number.NaN },
    ...functionColumns<RequestRow>(
      recording,
      ({ process, node }) => (node === 0 ? -1 : functionOf(process)[node]),
      true,
    ),
    { name: "time", kind: "time", of: ({ start }) => start },
    { name: "start_ns", kind: "int64", of: ({ start }) => start },
    { name: "duration_ns", kind: "int64", of: ({ start, end }) => end - start },
    { name: "self_ns", kind: "int64", of: ({ self }) => self },
    ...stateColumns<RequestRow>(recording, "", ({ states }) => states, uniform),
    { name: "calls", kind: "int64", of: ({ calls }) => calls },
    { name: "ending", kind: "lookup", type: "string", values: ENDINGS, of: ({ how }) => how },
    testColumn<RequestRow>(recording, ({ node }) => node),
  ];
  return { columns, clockOf, rows: (emit) => requestRows(recording, names, emit) };
}

/** What requests are for: functions, types of tasks and tests. */
class Names {
  /** First the functions. */
  readonly list: readonly string[];
  private readonly tasks: ReadonlyMap<string, number>;
  private readonly tests: ReadonlyMap<string, number>;
  private readonly testOf: Tests["of"];

  constructor(private readonly recording: Recording) {
    const { functions, processes } = recording.forest;
    const list = functions.map(({ name }) => name);
    const types = processes.flatMap((_, process) => recording.tasksOf(process).map(({ name }) => name));
    this.tasks = new Map([...new Set(types)].map((name) => [name, list.push(name) - 1]));
    const tests = new Tests(recording.forest);
    this.tests = new Map(tests.names.map((name) => [name, list.push(name) - 1]));
    this.testOf = tests.of;
    this.list = list;
  }

  of(kind: Requests["kind"], { process, node, handler = node }: Candidate, task?: string): number {
    if (task !== undefined) return this.tasks.get(task) ?? -1;
    const test = kind === "tests" ? this.testOf(process, node) : undefined;
    if (test !== undefined) return this.tests.get(test)!;
    return this.recording.forest.processes[process].tree.func[handler];
  }
}

function* requestRows(recording: Recording, names: Names, emit: (row: RequestRow) => void): Walk {
  const row = { process: 0 } as RequestRow;
  const parts = emptyParts();
  const add = (kind: Requests["kind"], request: Candidate, states: ArrayLike<number> | undefined, task?: string) => {
    const { process, goid, number, node, start, duration, self, how, calls } = request;
    Object.assign(row, { process, goroutine: goid, number, node, how, calls });
    row.name = names.of(kind, request, task);
    row.start = Math.round(start);
    row.end = Math.max(row.start, Math.round(start + duration));
    row.self = Math.min(Math.round(self), row.end - row.start);
    row.states = states && parts;
    if (states !== undefined) setParts(parts, row.end - row.start, states);
    emit(row);
  };
  const collecting = (kind: "handlers" | "tests" | "callbacks") =>
    new RequestCollector(recording, { kind }, 0, (request, states) => add(kind, request, states?.total));
  const collected = recording.isWalkable ? undefined : collectedKind(recording);
  if (collected !== undefined) {
    row.kind = kindOf(collected);
    collecting(collected.kind).take();
    return { minimum: 0, paths: 0 };
  }
  const finder = new RequestFinder(recording, 0);
  const hidden = yield* recording.walk(combineVisitors(finder.visitors));
  const found = finder.requests();
  if (found === undefined) return hidden;
  const { kind } = found;
  row.kind = kindOf(found);
  if (kind !== "tasks" && kind !== "named") return yield* recording.walk(collecting(kind));
  const tasks = new TaskCollector(recording, 0, undefined, (task, type) => add(kind, task, task.states?.total, type));
  yield* recording.walk(tasks);
  tasks.requests();
  return hidden;
}

/** What requests were collected of calls that were given back, if each of them is known; undefined if a walk must find them. */
function collectedKind(
  recording: Recording,
): { readonly kind: "handlers" | "tests"; readonly guessed: boolean } | undefined {
  for (const kind of ["handlers", "tests"] as const) {
    const collector = new RequestCollector(recording, { kind }, 0);
    const taken = collector.take();
    const { count, guessed } = collector.requests();
    if (!collector.isComplete || taken.size < recording.forest.processes.length) return undefined;
    if (count > 0) return { kind, guessed };
  }
  return undefined;
}
