/** Unpacks the call traces in the page: functions at once, the data of a process when it is shown. */
import { type Naming, shortNaming } from "../../base/names.js";
import { packageOf } from "../../base/packages.js";
import { ByteReader } from "../../base/varint.js";
import type { PageCalls, PageFunctions, PageProcess } from "../data/calls.js";
import { type PageStats, readStats } from "../data/functions.js";
import { type PageGoroutines, readGoroutines } from "../data/goroutine-rows.js";
import { type Paths, readPaths } from "../data/paths.js";
import { CALL_ID, type PageRequests, readRequests } from "../data/requests.js";
import { type PageStates, readStates } from "../data/states.js";
import { type FramePlaces, framePlaces, type Span } from "../data/totals.js";

export class CallModel {
  #naming: Naming | undefined;

  private constructor(
    private readonly calls: PageCalls,
    private readonly functions: PageFunctions,
  ) {}

  static async read(calls: PageCalls): Promise<CallModel> {
    const text = new TextDecoder().decode(await unpack(calls.functions));
    return new CallModel(calls, JSON.parse(text) as PageFunctions);
  }

  get command(): string | undefined {
    return this.calls.command;
  }

  /** The command that shows a call in the terminal; undefined if the traces cannot be named. */
  callCommand(id: string): string | undefined {
    return this.calls.callCommand?.replace(CALL_ID, () => id);
  }

  get processes(): readonly PageProcess[] {
    return this.calls.processes;
  }

  /** Number of functions, including go statements. */
  get size(): number {
    return this.functions.names.length;
  }

  /** The name as in Go's runtime; control characters, which no Go name has, become spaces. */
  name(id: number): string {
    return (this.functions.names[id] ?? "?").replace(/[\x00-\x1f\x7f]/g, " ");
  }

  /** The name shortened for views: the package path is cut as far as names stay distinct. */
  shortName(id: number): string {
    return this.shorten(this.name(id));
  }

  /** Shortens any name as {@link shortName} does. */
  shorten(name: string): string {
    this.#naming ??= shortNaming(this.functions.names);
    return this.#naming(name);
  }

  package(id: number): string {
    return packageOf(this.name(id));
  }

  /** `file:line`, or "" if unknown. */
  place(id: number): string {
    const { files, file, line } = this.functions;
    const path = files[file[id] ?? -1] ?? "";
    return path === "" ? "" : `${path}:${line[id]}`;
  }

  async process(index: number): Promise<ProcessModel> {
    const info = this.processes[index];
    const reader = new ByteReader(await unpack(info.packed));
    const paths = readPaths(reader);
    const timelines = readGoroutines(reader);
    const stats = readStats(reader, this.size);
    const states = info.states === undefined ? undefined : readStates(await unpack(info.states), paths, timelines);
    const given = info.requests;
    const requests = given && readRequests(new ByteReader(await unpack(given.packed)), given.words);
    return {
      info,
      paths,
      timelines,
      stats,
      states,
      requests,
      stacks: framePlaces(paths, this.size),
      everything: [[1, paths.size]],
    };
  }
}

/** The unpacked data of one process. */
export interface ProcessModel {
  readonly info: PageProcess;
  readonly paths: Paths;
  readonly stacks: FramePlaces;
  readonly timelines: PageGoroutines;
  readonly stats: PageStats;
  /** undefined if the run recorded no states. */
  readonly states: PageStates | undefined;
  /** undefined if there are none. */
  readonly requests: PageRequests | undefined;
  readonly everything: readonly Span[];
}

/** Decodes Base64 and decompresses zlib. @throws Error in browsers without DecompressionStream */
async function unpack(text: string): Promise<Uint8Array> {
  if (typeof DecompressionStream === "undefined") throw new Error("this browser is too old to unpack the page's data");
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
