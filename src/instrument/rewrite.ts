/** Rewrites one file: from its bytes to text with hooks. */
import { messageOf } from "../base/errors.js";
import { EditBuffer } from "./edit.js";
import { generatedName, generatedText } from "./generated.js";
import type { Parse } from "./grammar.js";
import { byOffset } from "./inlined.js";
import { marker, Positions } from "./markers.js";
import { type Plan, planHooks } from "./plan.js";
import { type Scan, scan } from "./scan.js";
import { importName, type SiteTable, snippets, tableName } from "./snippets.js";
import { findHookPoints } from "./units.js";

/** How to rewrite. */
export interface InstrumentOptions {
  /** Import path of the runtime package. */
  readonly runtimePath: string;
  /** Name of the import, and prefix of the table's name. No file of the package may contain it. By default `__gotrace`. */
  readonly name?: string;
  /** Whether to rewrite generated files. */
  readonly generated: boolean;
  /** `hooks` inserts code. `markers` inserts comments for Go's cover tool, which expandMarkers turns into the same code. */
  readonly mode: "hooks" | "markers";
  /** Functions of this file to leave out: their position as the compiler prints it (see inlined.ts) → reason. */
  readonly omitted?: Readonly<Record<string, string>>;
}

/** A function without a hook. */
export interface Skip {
  /** As in the source: `Start`, `(*Server).Start`, `run.func1`. */
  readonly name: string;
  /** From 1; the physical line, regardless of line directives. */
  readonly line: number;
  readonly reason: string;
}

/** Facts from the beginning of a rewritten file. */
export interface FileHead {
  readonly packageName: string;
  /** Its build constraints, as comment lines. */
  readonly constraints: string;
  /** Offset in the rewritten text after the runtime's import. */
  readonly importEnd: number;
}

/** A file after rewriting. */
export interface Instrumented {
  /** The rewritten text, without its site table; null if nothing was inserted and the file stays as it is. */
  readonly text: string | null;
  /** Present if there is a text. */
  readonly table?: SiteTable;
  /** Present if there is a text. */
  readonly head?: FileHead;
  /** Functions and function literals that got a hook. */
  readonly functions: number;
  /** Their names without the package: `Start`, `(*Server).Start`, `run.func1`. */
  readonly names: readonly string[];
  /** Go statements that got a hook. */
  readonly spawns: number;
  readonly skipped: Skip[];
  /** Why the whole file was left as it is. */
  readonly fileReason?: string;
  /** Declarations left out because the grammar cannot read them. */
  readonly grammarGaps: Skip[];
  /** Comments that ask for a snapshot and are ignored. */
  readonly misplaced: Skip[];
}

/** The parser needs up to 180 times the size of a text, and has 2 GiB. Larger files are tables of data. */
const maxUnits = 8 << 20;

/**
 * Rewrites one file. Insertions add no lines. Never throws because of the source: code that is not understood stays as it is.
 *
 * @param source UTF-8
 * @param path the file's path, of which only the last element counts: it names the site table
 */
export function rewrite(source: Uint8Array, path: string, options: InstrumentOptions, parse: Parse): Instrumented {
  if (!options.generated && generatedName(path)) return untouched("generated");
  if (source.length > maxUnits) return untouched(`larger than ${maxUnits >> 20} MiB`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    return untouched("not UTF-8");
  }
  if (!text.includes("func")) return untouched();
  if (text.includes("\0")) return untouched("contains a NUL character");
  const name = options.name ?? importName;
  if (text.includes(name)) return untouched(`uses the name ${name}`);
  const scanned = scan(text);
  if (scanned.error !== null) return untouched(`not Go: ${scanned.error.message}`);
  const clause = scanned.declarations[0];
  if (clause === undefined || !/^package\b/.test(text.slice(clause.start, clause.start + 8)))
    return untouched("not Go: no package clause");
  if (!options.generated && generatedText(text, clause.start)) return untouched("generated");

  try {
    return withHooks(text, path, options, scanned, parse);
  } catch (error) {
    // Out of memory in the parser, or a bug in gotrace: the user's build must not fail.
    return untouched(`could not be rewritten: ${messageOf(error)}`);
  }
}

function withHooks(text: string, path: string, options: InstrumentOptions, scanned: Scan, parse: Parse): Instrumented {
  const { sites, gaps } = findHookPoints(text, scanned, parse);
  const plan = planHooks(text, sites, scanned, byOffset(text, scanned, options.omitted ?? {}));
  const names = plan.hooks.flatMap((hook) => (hook.kind === "function" ? [hook.name] : []));
  const spawns = plan.hooks.filter((hook) => hook.kind === "spawn").length;
  return {
    ...(plan.hooks.length === 0 ? { text: null } : insertHooks(text, path, options, scanned, plan)),
    functions: names.length,
    names,
    spawns,
    skipped: toSkips(text, plan.refusals),
    grammarGaps: toSkips(text, gaps),
    misplaced: toSkips(text, plan.misplaced),
  };
}

/** @param list in ascending order of offset */
function toSkips(text: string, list: readonly { name: string; offset: number; reason: string }[]): Skip[] {
  const lineAt = lineCounter(text);
  return list.map(({ name, offset, reason }) => ({ name, line: lineAt(offset), reason }));
}

function untouched(fileReason?: string): Instrumented {
  const nothing = { text: null, functions: 0, names: [], spawns: 0, skipped: [], grammarGaps: [], misplaced: [] };
  return fileReason === undefined ? nothing : { ...nothing, fileReason };
}

function insertHooks(
  text: string,
  path: string,
  options: InstrumentOptions,
  scanned: Scan,
  plan: Plan,
): Required<Pick<Instrumented, "text" | "table" | "head">> {
  const name = options.name ?? importName;
  const code = snippets(name, path, options.runtimePath);
  const edits = new EditBuffer(text);
  // Positions require ascending offsets, so the ends of open statements and arguments wait here.
  const ends: { readonly at: number; readonly code: string }[] = [];
  const positions = options.mode === "markers" ? new Positions(text, scanned.lineDirectives) : null;
  const wrap = (snippet: string) => (positions === null ? snippet : marker(snippet, name));
  const insert = (offset: number, rank: 0 | 1, snippet: string) => {
    edits.insert(offset, rank, snippet + (positions?.directiveAt(offset) ?? ""));
  };
  const endSpawns = (before: number) => {
    for (let last = ends.at(-1); last !== undefined && last.at <= before; last = ends.at(-1)) {
      insert(last.at, 0, wrap(last.code));
      ends.pop();
    }
  };
  // The import is never a marker: the go command must see it to build the package with the runtime.
  const clause = scanned.declarations[0];
  insert(clause.end, 0, code.afterPackage);
  plan.hooks.forEach((hook, site) => {
    if (hook.kind === "function") {
      const { insertion, name: test } = hook.test ?? {};
      if (insertion !== undefined) {
        endSpawns(insertion.at);
        insert(insertion.at, 0, wrap(insertion.text));
      }
      endSpawns(hook.open);
      insert(hook.open + 1, 0, wrap(code.afterBrace(site, test)));
    } else if (hook.kind === "dump") {
      endSpawns(hook.start);
      insert(hook.start, 1, wrap(code.dump(hook.variable)));
    } else {
      endSpawns(hook.start);
      const [before, after] =
        hook.kind === "spawn" ? [code.beforeGo, code.afterGo] : [code.beforeTimer, code.afterTimer];
      insert(hook.start, 1, wrap(before(site)));
      ends.push({ at: hook.end, code: after });
    }
  });
  endSpawns(text.length);
  return {
    text: edits.toString(),
    table: { name: tableName(name, path), size: plan.hooks.length, importName: name },
    head: {
      packageName: /[\p{L}\p{N}_]+$/u.exec(text.slice(clause.start, clause.end))?.[0] ?? "",
      constraints: (text.slice(0, clause.start).match(/^\/\/(go:build| ?\+build)[ \t].*$/gm) ?? []).join("\n"),
      importEnd: clause.end + code.afterPackage.length,
    },
  };
}

/** Returns a function that maps offsets, in ascending order, to line numbers from 1. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf("\n");
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf("\n", next + 1)) line++;
    return line;
  };
}
