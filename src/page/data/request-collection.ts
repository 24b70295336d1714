/**
 * Finds the requests of each process: all of them in the walk that the page makes anyway, and details in two more. Where calls were
 * given back there are those that were collected before, without details.
 */
import { Best } from "../../base/best.js";
import {
  CALLBACKS_MIN,
  type Candidate,
  criticalPaths,
  RequestCollector,
  type RootKind,
} from "../../callstats/index.js";
import {
  type CallVisitor,
  combineVisitors,
  familiesOf,
  isTestFunction,
  type Recording,
  visitEachProcess,
} from "../../calltree/index.js";
import { unkeptLines } from "../../render/numbers/requests.js";
import { MemberCollector } from "./request-members.js";
import { RequestSample, type SampledRequest } from "./request-sample.js";
import type { GivenRequests, PackedRequests } from "./requests.js";

/** The most requests in the page, of all processes; of more, the slowest and a sample of the others. */
const REQUESTS = 100_000;
/** The most requests with details, of all processes: a third of them the slowest, then the slowest of each root. */
const DETAILS = 60;
const OF_ROOT = 3;

/** The fewest that are taken for requests. */
const LEAST = { named: 1, handlers: 1, tests: 1, callbacks: CALLBACKS_MIN } as const;

type Progress = (done: number, total: number) => void;

export class RequestCollection {
  private readonly kinds: readonly (readonly RequestKind[])[];
  /** For the first walk. */
  readonly visitor: CallVisitor;

  /** @param isRequest chooses functions whose calls are the requests; undefined to find requests by themselves */
  constructor(
    private readonly recording: Recording,
    isRequest?: (name: string) => boolean,
  ) {
    const { functions, processes } = recording.forest;
    const areTests = functions.some(({ name }) => isTestFunction(name));
    this.kinds = processes.map(({ tree }, process) => {
      if (isRequest !== undefined) return [new RequestKind(recording, { kind: "named", matches: isRequest })];
      const kinds: Exclude<PackedRequests["kind"], "named">[] = ["handlers"];
      if (areTests || tree.tests.size > 0) kinds.push("tests");
      if (recording.staysOf(process) !== undefined) kinds.push("callbacks");
      return kinds.map((kind) => new RequestKind(recording, { kind }));
    });
    this.visitor = visitEachProcess(
      this.kinds.map((kinds) => combineVisitors(kinds.map(({ collector }) => collector))),
    );
  }

  /** Takes what was collected while the processes were followed, in place of the walk. */
  take(): void {
    for (const [process, kinds] of this.kinds.entries()) for (const { collector } of kinds) collector.take(process);
  }

  /** The requests of each process, of the first kind of which there are any; undefined where there are none. */
  requests(progress?: Progress): (GivenRequests | undefined)[] {
    const found = this.kinds.map((kinds) => kinds.find((kind) => kind.sample.added >= LEAST[kind.root.kind]));
    const all = found.reduce((sum, kind) => sum + (kind?.sample.added ?? 0), 0);
    const most = Math.ceil(DETAILS / Math.max(1, found.filter((kind) => kind !== undefined).length));
    const given = found.map((kind) => kind?.given(Math.ceil((REQUESTS * kind.sample.added) / all), most));
    this.addDetails(given, progress);
    return given.map((each) => each?.requests);
  }

  private addDetails(given: readonly (Given | undefined)[], progress?: Progress): void {
    const { recording } = this;
    const ids = given.flatMap((each, process) => (each?.chosen ?? []).map((request) => ({ process, ...request })));
    if (ids.length === 0 || !recording.isWalkable) return;
    const families = familiesOf(recording, ids, progress);
    const paths = criticalPaths(recording, families, progress);
    const collectors = recording.forest.processes.map(({ tree }, process) => {
      const isOwn = (_: unknown, i: number) => families[i].id.process === process;
      return new MemberCollector(families.filter(isOwn), paths.filter(isOwn), tree.func);
    });
    recording.visit(visitEachProcess(collectors), progress);
    for (const [process, each] of given.entries()) {
      const details = collectors[process].details(recording.staysOf(process));
      for (const [i, request] of (each?.chosen ?? []).entries()) each!.details.set(request, details[i]);
    }
  }
}

interface Given {
  readonly requests: GivenRequests;
  readonly details: Map<SampledRequest, ReturnType<MemberCollector["details"]>[number]>;
  /** Those that get details. */
  readonly chosen: readonly SampledRequest[];
}

/** The requests of one kind in one process. */
class RequestKind {
  readonly collector: RequestCollector;
  readonly sample = new RequestSample(REQUESTS);
  /** By function. */
  private readonly slowest = new Map<number, Best<SampledRequest>>();

  constructor(
    private readonly recording: Recording,
    readonly root: RootKind,
  ) {
    this.collector = new RequestCollector(recording, root, 0, (candidate) => this.add(candidate));
  }

  private add(candidate: Candidate): void {
    const { process, goid, number, node, handler = node, start, duration: length, how } = candidate;
    const func = this.recording.forest.processes[process].tree.func[handler];
    const request = { start, length, func, how, goid, number };
    this.sample.add(request);
    const best = this.slowest.get(func) ?? new Best<SampledRequest>(DETAILS, bySlowness);
    this.slowest.set(func, best);
    best.add(request);
  }

  /** @param most requests, and with details */
  given(most: number, detailed: number): Given {
    const found = this.collector.requests();
    const { roots, count, guessed } = found;
    const requests = this.sample.requests(most);
    const known = new Map(requests.map((request) => [keyOf(request), request]));
    const lists = roots.map(({ func }) => this.slowest.get(func)?.sorted() ?? []);
    const slowest = lists
      .flat()
      .sort(bySlowness)
      .slice(0, Math.ceil(detailed / 3));
    const ofRoots = lists.flatMap((list) => list.slice(0, OF_ROOT));
    const wanted = [...slowest, ...ofRoots].flatMap((request) => known.get(keyOf(request)) ?? []);
    const details: Given["details"] = new Map();
    const chosen = [...new Set(wanted)].slice(0, detailed);
    const unkept = this.recording.isWalkable ? {} : { unkept: unkeptLines(found) };
    return { requests: { kind: this.root.kind, count, guessed, roots, requests, details, ...unkept }, details, chosen };
  }
}

const bySlowness = (a: SampledRequest, b: SampledRequest) => b.length - a.length || a.start - b.start;
const keyOf = ({ goid, number }: SampledRequest) => `${goid}.${number}`;
