/** Packs a recording for the page, limited to what fits one file for the browser. src/page/calls reads and draws it. */

import { deflateSync } from "node:zlib";
import { printableAll } from "../../base/printable.js";
import { ByteWriter } from "../../base/varint.js";
import { Words } from "../../base/word-numbers.js";
import { type FunctionStats, StatsMeter, treeStats } from "../../callstats/index.js";
import {
  type CallForest,
  type CallTree,
  combineVisitors,
  type GoroutineTimelines,
  idleTimes,
  type ProcessTree,
  type Recording,
  type Stays,
  TimelineCollector,
  testExtent,
  testNodes,
  type ViewOptions,
  viewTree,
  visitEachProcess,
} from "../../calltree/index.js";
import type { Notice } from "../../render/notices.js";
import { writeStats } from "./functions.js";
import { writeGoroutines } from "./goroutine-rows.js";
import { writePaths } from "./paths.js";
import { RequestCollection } from "./request-collection.js";
import { CALL_ID, type GivenRequests, type PackedRequests, writeRequests } from "./requests.js";
import { statesBytes } from "./states.js";
import type { Span } from "./totals.js";

/** The most paths of a process in the page; of more, the shortest are left out. */
const MAX_PATHS = 300_000;
/** The most goroutines with a row in a process's timeline, and (ALL_GOROUTINES) in those of all processes. */
const MAX_GOROUTINES = 2_000;
const ALL_GOROUTINES = 20_000;
/** The most single calls in the timelines of all goroutines. */
const MAX_SPANS = 60_000;
/** The most stays in states in the timelines of all processes. */
const MAX_STAYS = 60_000;

/** The data of call traces in the page. `packed` texts are zlib streams in Base64. */
export interface PageCalls {
  readonly command?: string;
  /** The command that shows a single call in the terminal, with {@link CALL_ID} for its id. */
  readonly callCommand?: string;
  /** Whether goroutines that wait for work count initially. */
  readonly countsWaiting?: boolean;
  /** Packed JSON of {@link PageFunctions}. */
  readonly functions: string;
  readonly processes: readonly PageProcess[];
}

/** The functions of all processes. Files repeat, so `file` has indexes into `files`. */
export interface PageFunctions {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly file: readonly number[];
  readonly line: readonly number[];
}

export interface PageProcess {
  readonly title: string;
  readonly pid: number;
  readonly goVersion: string;
  readonly platform: string;
  readonly executable: string;
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly exitStatus?: number;
  /** Nanoseconds from the first event to the end of the last frame. */
  readonly total: number;
  readonly atLeast: boolean;
  readonly events: number;
  readonly goroutines: number;
  readonly calls: number;
  /** Number of distinct paths, including those left out. */
  readonly paths: number;
  readonly omitted: { readonly paths: number; readonly calls: number };
  /** Notices about what is missing from the page and its numbers. */
  readonly notes: readonly Notice[];
  readonly sections: readonly PageSection[];
  /**
   * Goroutines that wait for work: their outermost node, the node in which they wait, and for how long (nanoseconds).
   */
  readonly waits: readonly (readonly [outermost: number, innermost: number, time: number])[];
  /** Packed: paths (writePaths), goroutines (writeGoroutines), functions (writeStats). */
  readonly packed: string;
  /** Packed: states of goroutines (statesBytes), if the run recorded them. */
  readonly states?: string;
  /** undefined if there are none. */
  readonly requests?: PackedRequests;
}

/** A test, or everything that ran outside tests. */
export interface PageSection {
  readonly title: string;
  readonly test: boolean;
  readonly spans: readonly Span[];
  /** The time that counts as 100%, nanoseconds. */
  readonly whole: number;
}

export interface CallPageOptions extends ViewOptions {
  /** Whether each test is its own section. */
  readonly tests?: boolean;
  readonly command?: string;
  /** The command that shows a single call in the terminal. */
  readonly callCommand?: ((id: string) => string) | undefined;
  readonly countsWaiting?: boolean;
  /** Chooses functions whose calls are the requests; undefined to find requests by themselves. */
  readonly isRequest?: ((name: string) => boolean) | undefined;
  readonly title: (process: ProcessTree) => string;
  readonly notes: (process: ProcessTree) => readonly Notice[];
  /** The most paths of a process; {@link MAX_PATHS} by default. */
  readonly maxPaths?: number;
  /** Called with the number of bytes walked and in all. */
  readonly progress?: (done: number, total: number) => void;
}

/** Packs what the page shows of a recording. */
export function packCalls(recording: Recording, options: CallPageOptions): PageCalls {
  const { forest } = recording;
  const each = Math.ceil(ALL_GOROUTINES / Math.max(1, forest.processes.length));
  const collector = new TimelineCollector({ goroutines: Math.min(MAX_GOROUTINES, each), spans: MAX_SPANS });
  const stats = forest.processes.map(() => new StatsMeter(forest, { spread: true }));
  const collection = new RequestCollection(recording, options.isRequest);
  const visitors = [collector, visitEachProcess(stats.map(({ visitor }) => visitor)), collection.visitor];
  // Where only trees are left, there are no timelines; requests that are asked for by name cannot be found.
  const isWalked = recording.isWalkable || options.isRequest !== undefined;
  if (isWalked) recording.visit(combineVisitors(visitors), options.progress);
  else collection.take();
  const requests = collection.requests(options.progress);
  return {
    ...(options.command === undefined ? {} : { command: options.command }),
    ...(options.callCommand === undefined || !isWalked ? {} : { callCommand: options.callCommand(CALL_ID) }),
    ...(options.countsWaiting ? { countsWaiting: true } : {}),
    functions: packed(Buffer.from(JSON.stringify(printableAll(packFunctions(forest))))),
    processes: forest.processes.map((process, i) => {
      const walked = {
        timelines: isWalked ? collector.timelines(i) : NO_TIMELINES,
        stats: isWalked ? stats[i].rows() : statsOfTree(forest, process),
        requests: requests[i],
        stays: recording.staysOf(i),
        staysMost: Math.ceil(MAX_STAYS / forest.processes.length),
      };
      return packProcess(forest, process, walked, options);
    }),
  };
}

const NO_TIMELINES = { roots: [], kept: 0, hidden: 0, shortest: 0 };

function statsOfTree(forest: CallForest, process: ProcessTree): readonly FunctionStats[] {
  return treeStats({ ...forest, processes: [process] }, { spread: process.durations !== undefined }) ?? [];
}

/** The results of the walk for one process. */
interface Walked {
  readonly timelines: GoroutineTimelines;
  readonly stats: readonly FunctionStats[];
  readonly requests: GivenRequests | undefined;
  readonly stays: Stays | undefined;
  /** The most stays of it in the page. */
  readonly staysMost: number;
}

function packed(bytes: Uint8Array): string {
  return deflateSync(bytes, { level: 9 }).toString("base64");
}

function packFunctions({ functions }: CallForest): PageFunctions {
  const numbers = new Map<string, number>();
  const file = functions.map((each) => {
    const known = numbers.get(each.file);
    if (known !== undefined) return known;
    numbers.set(each.file, numbers.size);
    return numbers.size - 1;
  });
  return {
    names: functions.map(({ name }) => name),
    files: [...numbers.keys()],
    file,
    line: functions.map(({ line }) => line),
  };
}

function packProcess(
  forest: CallForest,
  process: ProcessTree,
  { timelines, stats, requests, stays, staysMost }: Walked,
  options: CallPageOptions,
): PageProcess {
  const { info, tree } = process;
  const { number, count, omitted } = choose(tree, process.total, options);
  const writer = new ByteWriter();
  // `others` also counts the calls of its children; in the page every node counts only its own.
  const calls = tree.others > 0 ? tree.calls.with(tree.others, 0) : tree.calls;
  writePaths(writer, { ...tree, calls }, number, count);
  writeGoroutines(writer, timelines, tree.func, number);
  writeStats(writer, forest.functions, stats);
  const states = statesBytes({ tree, number, count, timelines, stays, most: staysMost });
  return {
    title: options.title(process),
    pid: info.pid,
    goVersion: info.goVersion,
    platform: info.platform,
    executable: info.executable,
    directory: info.directory,
    start: Math.round(info.startWall / 1e3) / 1e3,
    ...(info.exitStatus === undefined ? {} : { exitStatus: info.exitStatus }),
    total: process.total,
    atLeast: process.atLeast,
    events: process.events,
    goroutines: process.goroutines,
    calls: calls.reduce((sum, times) => sum + times, 0),
    paths: tree.size - 1,
    omitted,
    notes: options.notes(process),
    sections: options.tests ? sectionsOf(forest, process, number, count) : [],
    waits: waitsOf(forest, process, number),
    packed: packed(writer.bytes()),
    ...(states === undefined ? {} : { states: packed(states) }),
    ...(requests === undefined ? {} : { requests: packRequests(requests, number) }),
  };
}

function packRequests(given: GivenRequests, number: Int32Array): PackedRequests {
  const { kind, guessed, count, unkept } = given;
  const writer = new ByteWriter();
  const words = new Words();
  writeRequests(writer, given, words, number);
  return {
    ...{ kind, guessed, count, words: printableAll(words.list), packed: packed(writer.bytes()) },
    ...(unkept === undefined ? {} : { unkept: printableAll(unkept) }),
  };
}

/** The goroutines that wait for work, if their nodes are in the page. */
function waitsOf({ functions }: CallForest, { tree }: ProcessTree, number: Int32Array): PageProcess["waits"] {
  const { time, waits } = idleTimes(tree, functions);
  return [...waits].flatMap(([outermost, innermost]) => {
    const [from, to] = [number[outermost], number[innermost]];
    return from > 0 && to > 0 ? [[from, to, Math.round(time[innermost])] as const] : [];
  });
}

/** Chooses the paths for the page: those that a view shows, at most {@link MAX_PATHS}, longest first. */
function choose(
  tree: CallTree,
  whole: number,
  options: CallPageOptions,
): { number: Int32Array; count: number; omitted: { paths: number; calls: number } } {
  const minimum = minimumOf(tree, options.maxPaths ?? MAX_PATHS);
  const view = viewTree(tree, { ...options, minimum: Math.max(options.minimum ?? 0, minimum), whole });
  const number = new Int32Array(tree.size).fill(-1);
  number[0] = 0;
  let count = 1;
  for (let node = 1; node < tree.size; node++) if (view.shown[node] === 1) number[node] = count++;
  return { number, count, omitted: { paths: view.hidden.nodes, calls: view.hidden.calls } };
}

/** The shortest total for which there is room. Paths of equal length are all shown or all left out. */
function minimumOf({ size, parent, total }: CallTree, most: number): number {
  if (size - 1 <= most) return 0;
  const reach = Float64Array.from(total);
  for (let node = size - 1; node > 0; node--) reach[parent[node]] = Math.max(reach[parent[node]], reach[node]);
  const sorted = reach.subarray(1).sort();
  const tooShort = sorted[sorted.length - most - 1];
  return sorted.find((time) => time > tooShort) ?? tooShort;
}

/** The sections: the tests, and what ran outside them, as far as they are in the page. */
function sectionsOf(forest: CallForest, process: ProcessTree, number: Int32Array, count: number): PageSection[] {
  const { tree, total } = process;
  /** By node, plus one entry after the last: the number of the page's nodes before it. */
  const before = new Int32Array(tree.size + 1);
  for (let node = 0; node < tree.size; node++) before[node + 1] = before[node] + (number[node] >= 0 ? 1 : 0);
  const tests = testNodes(tree, forest.functions).map((node) => ({
    title: forest.functions[tree.func[node]].name,
    test: true,
    spans: [[before[node], before[tree.end[node]]] as const],
    whole: testExtent(tree, node),
  }));
  let last = 1;
  const rest: Span[] = [];
  for (const [begin, end] of [...tests.map(({ spans }) => spans[0]), [count, count] as const].sort(
    ([a], [b]) => a - b,
  )) {
    if (begin > last) rest.push([last, begin]);
    last = end;
  }
  const shown = tests.filter(({ spans: [[begin, end]] }) => begin < end);
  return rest.length === 0 ? shown : [...shown, { title: "outside of tests", test: false, spans: rest, whole: total }];
}
