/** Tasks of runtime/trace as requests: by type, with the time of the goroutine that began them. */
import { Best } from "../base/best.js";
import {
  type CallVisitor,
  Ending,
  type Goroutine,
  type Recording,
  STATES,
  State,
  type UserTask,
} from "../calltree/index.js";
import { type CallRecord, type Candidate, recordOf } from "./listing.js";
import { RootTimes, statsOf } from "./request-root.js";
import type { Requests } from "./requests.js";
import { stateSums } from "./state-sums.js";

/** Where a task began without a traced call. */
const NOWHERE = { name: "", file: "", line: 0 };

/** A task, and the call in which it began. */
interface Seen {
  readonly task: UserTask;
  readonly process: number;
  /** The innermost call then, its node and its number; 0 for none. */
  node: number;
  number: number;
  /** Number of calls that were open then; -1 before it began. */
  depth: number;
  /** Traced calls within it on its goroutine, and the time of the outermost of these. */
  calls: number;
  called: number;
}

/** Collects the tasks of chosen types in one walk. Memory: 100 bytes for each. */
export class TaskCollector implements CallVisitor {
  private readonly all: readonly Seen[];
  /** By process and goroutine. */
  private readonly byGoroutine: readonly Map<number, Seen[]>[];
  private own: readonly Seen[] = [];
  /** How many of them have begun, and those that have not ended. */
  private begun = 0;
  private open: Seen[] = [];
  private readonly nodes: number[] = [];
  private readonly numbers: number[] = [];

  /**
   * @param slowest how many of the slowest tasks to list
   * @param matches chooses types
   * @param found called with each task and its type by {@link requests}
   */
  constructor(
    private readonly recording: Recording,
    private readonly slowest: number,
    matches: (type: string) => boolean = () => true,
    private readonly found?: (task: Candidate, type: string) => void,
  ) {
    this.all = recording.forest.processes.flatMap((_, process) => {
      const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = recording.windowOf(process);
      const within = ({ begin, end }: UserTask) => begin <= to && end >= from;
      return recording
        .tasksOf(process)
        .filter((task) => matches(task.name) && within(task))
        .map((task) => ({ task, process, node: 0, number: 0, depth: -1, calls: 0, called: 0 }));
    });
    this.byGoroutine = recording.forest.processes.map(() => new Map());
    for (const seen of this.all) {
      const tasks = this.byGoroutine[seen.process];
      const list = tasks.get(seen.task.goid);
      if (list === undefined) tasks.set(seen.task.goid, [seen]);
      else list.push(seen);
    }
  }

  begin({ process, goid }: Goroutine): void {
    this.own = this.byGoroutine[process].get(goid) ?? [];
    this.begun = 0;
    this.open = [];
    this.nodes.length = 0;
    this.numbers.length = 0;
  }

  enter(node: number, time: number, number: number): void {
    if (this.own.length === 0) return;
    this.until(time);
    this.nodes.push(node);
    this.numbers.push(number);
  }

  exit(_node: number, start: number, time: number): void {
    if (this.own.length === 0) return;
    this.until(time);
    this.nodes.pop();
    this.numbers.pop();
    if (this.open.some(({ task }) => task.end < time)) this.open = this.open.filter(({ task }) => task.end >= time);
    for (const seen of this.open) {
      if (start < seen.task.begin) continue;
      seen.calls++;
      if (this.nodes.length === seen.depth) seen.called += time - start;
    }
  }

  end(): void {
    this.until(Number.POSITIVE_INFINITY);
  }

  /** The tasks. Call it after the walk. */
  requests(): Requests {
    const { recording, slowest } = this;
    const { forest } = recording;
    // Other tasks are on goroutines that are not shown, or without traced calls.
    const shown = recording.isWhole ? this.all : this.all.filter(({ depth }) => depth >= 0);
    const roots = new Map<string, RootTimes>();
    const best = new Best<{ readonly candidate: Candidate; readonly type: string }>(
      slowest,
      (a, b) => b.candidate.duration - a.candidate.duration || a.candidate.wall - b.candidate.wall,
    );
    for (const seen of shown) {
      const { task, process, node, number, calls, called } = seen;
      const { name: type, goid, begin: start, end } = task;
      const duration = end - start;
      const total = this.statesOf(seen);
      const root = roots.get(type) ?? new RootTimes();
      roots.set(type, root);
      root.add(duration, total);
      const self = Math.max(0, duration - called);
      const how = task.isEnded ? Ending.return : Ending.running;
      const wall = forest.processes[process].info.startWall + start;
      const states = { self: [], total: [...stateSums(self, duration, { self: total, total }).total] };
      const candidate = {
        process,
        goid,
        number,
        node,
        start,
        wall,
        duration,
        time: duration,
        self,
        how,
        calls,
        states,
      };
      this.found?.(candidate, type);
      best.add({ type, candidate });
    }
    const tests = new Map();
    return {
      kind: "tasks",
      roots: [...roots]
        .sort(([, a], [, b]) => b.durations.total - a.durations.total)
        .map(([type, root]) => statsOf(-1, type, root)),
      slowest: best.sorted().map(({ type, candidate }): CallRecord => {
        const record = recordOf(forest, candidate, tests);
        return { ...record, function: record.function ?? NOWHERE, task: type };
      }),
      count: shown.length,
      guessed: false,
    };
  }

  /** Begins the tasks that begin before a time. */
  private until(time: number): void {
    for (; this.begun < this.own.length && this.own[this.begun].task.begin < time; this.begun++) {
      const seen = this.own[this.begun];
      seen.node = this.nodes.at(-1) ?? 0;
      seen.number = this.numbers.at(-1) ?? 0;
      seen.depth = this.nodes.length;
      this.open.push(seen);
    }
  }

  /** The time of its goroutine in each state, by index into STATES. */
  private statesOf({ task: { goid, begin, end }, process }: Seen): number[] {
    const times = STATES.map(() => 0);
    const cursor = this.recording.staysOf(process)?.cursor();
    let known = 0;
    for (let more = cursor?.seek(goid, begin); more && cursor!.begin < end; more = cursor!.next()) {
      const time = Math.min(cursor!.end, end) - Math.max(cursor!.begin, begin);
      times[cursor!.state] += time;
      known += time;
    }
    times[State.unknown] += Math.max(0, end - begin - known);
    return times;
  }
}
