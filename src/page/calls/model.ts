/** The call traces in the page, unpacked: functions at once, the paths of a process when it is shown. */
import { ByteReader } from "../../base/varint.js";
import { type PageLives, readLives } from "../../render/call-lives.js";
import type { PageCalls, PageFunctions, PageProcess } from "../../render/call-page.js";
import { type Paths, readPaths } from "../../render/call-paths.js";
import { type PageStats, readStats } from "../../render/call-stats.js";
import { type Span, type Stacks, stacksOf } from "../../render/call-totals.js";

export class CallModel {
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

  get processes(): readonly PageProcess[] {
    return this.calls.processes;
  }

  /** How many functions there are; go statements count, too. */
  get size(): number {
    return this.functions.names.length;
  }

  /** As Go's runtime spells it; control characters, which no Go name has, become spaces. */
  name(id: number): string {
    return (this.functions.names[id] ?? "?").replace(/[\x00-\x1f\x7f]/g, " ");
  }

  /** Without the path of the package. */
  shortName(id: number): string {
    return shortName(this.name(id));
  }

  package(id: number): string {
    const name = this.name(id);
    const start = startOfPackage(name);
    const dot = name.indexOf(".", start);
    return dot < 0 ? name : name.slice(0, dot);
  }

  /** `file:line`, or "" where it is not known. */
  place(id: number): string {
    const { files, file, line } = this.functions;
    const path = files[file[id] ?? -1] ?? "";
    return path === "" ? "" : `${path}:${line[id]}`;
  }

  async process(index: number): Promise<ProcessModel> {
    const info = this.processes[index]!;
    const reader = new ByteReader(await unpack(info.packed));
    const paths = readPaths(reader);
    const lives = readLives(reader);
    const stats = readStats(reader, this.size);
    return { info, paths, lives, stats, stacks: stacksOf(paths, this.size), everything: [[1, paths.size]] };
  }
}

/** What is known of one process. */
export interface ProcessModel {
  readonly info: PageProcess;
  readonly paths: Paths;
  readonly stacks: Stacks;
  readonly lives: PageLives;
  readonly stats: PageStats;
  readonly everything: readonly Span[];
}

/** Where the last element of a package's path begins: type arguments hold slashes, too. */
function startOfPackage(name: string): number {
  const bracket = name.indexOf("[");
  return name.lastIndexOf("/", bracket < 0 ? undefined : bracket) + 1;
}

/** A function without the path of its package; where the path ends in a version (`chi/v5`), its last two elements. */
export function shortName(name: string): string {
  const start = startOfPackage(name);
  const above = /^v\d+\./.test(name.slice(start)) ? name.lastIndexOf("/", start - 2) + 1 : start;
  return name.slice(above);
}

/** Bytes of a text in Base64 that was compressed (zlib). @throws Error in browsers that cannot unpack */
async function unpack(text: string): Promise<Uint8Array> {
  if (typeof DecompressionStream === "undefined") throw new Error("this browser is too old to unpack the page's data");
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
