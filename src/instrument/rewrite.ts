/** One file: from bytes to text with hooks. */
import { EditBuffer } from "./edit.js";
import { generatedName, generatedText } from "./generated.js";
import type { Parse } from "./grammar.js";
import { marker, Positions } from "./markers.js";
import { type Plan, planHooks } from "./plan.js";
import { type Scan, scan } from "./scan.js";
import { importName, markerStart, snippets, tableName } from "./snippets.js";
import { findSites } from "./units.js";

/** How to rewrite. */
export interface InstrumentOptions {
  /** Import path of the runtime package. */
  readonly runtimePath: string;
  /** Whether generated files are rewritten too. */
  readonly generated: boolean;
  /** `hooks`: code. `markers`: comments that become the same code by expandMarkers, for Go's cover tool. */
  readonly mode: "hooks" | "markers";
}

/** A function without a hook. */
export interface Skip {
  /** As in the source: `Start`, `(*Server).Start`, `run.func1`. */
  readonly name: string;
  /** From 1, of the file as it is, whatever line directives say. */
  readonly line: number;
  readonly reason: string;
}

/** A file after rewriting. */
export interface Instrumented {
  /** Null: nothing was inserted, the file stays as it is. */
  readonly text: string | null;
  /** Functions and function literals that got a hook. */
  readonly functions: number;
  /** Go statements that got a hook. */
  readonly spawns: number;
  readonly skipped: Skip[];
  /** Why the whole file was left alone. */
  readonly fileReason?: string;
  /** Declarations left out because the grammar cannot read them. */
  readonly grammarGaps: Skip[];
}

/** The parser needs about 100 times the text's size; beyond this it might not get it. */
const maxUnits = 16 << 20;

/**
 * Rewrites one file. All insertions stand on lines that are there, only the site table is appended on a line of its own.
 * Never throws on account of the source: what is not understood is left alone.
 *
 * @param path names the file in its package; only its last element counts
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
  if (text.includes(importName) || text.includes(markerStart)) return untouched(`uses the name ${importName}`);
  const scanned = scan(text);
  if (scanned.error !== null) return untouched(`not Go: ${scanned.error.message}`);
  const clause = scanned.declarations[0];
  if (clause === undefined || !/^package\b/.test(text.slice(clause.start, clause.start + 8)))
    return untouched("not Go: no package clause");
  if (!options.generated && generatedText(text, clause.start)) return untouched("generated");

  const { sites, gaps } = findSites(text, scanned, parse);
  const plan = planHooks(text, sites, scanned);
  const skip = ({ name, offset, reason }: { name: string; offset: number; reason: string }): Skip => ({
    name,
    line: lineAt(text, offset),
    reason,
  });
  const functions = plan.hooks.filter((hook) => hook.kind === "function").length;
  return {
    text: plan.hooks.length === 0 ? null : insertHooks(text, path, options, scanned, plan),
    functions,
    spawns: plan.hooks.length - functions,
    skipped: plan.refusals.map(skip),
    grammarGaps: gaps.map(skip),
  };
}

function untouched(fileReason?: string): Instrumented {
  const nothing = { text: null, functions: 0, spawns: 0, skipped: [], grammarGaps: [] };
  return fileReason === undefined ? nothing : { ...nothing, fileReason };
}

function insertHooks(text: string, path: string, options: InstrumentOptions, scanned: Scan, plan: Plan): string {
  const code = snippets(tableName(path), options.runtimePath);
  const edits = new EditBuffer(text);
  const ends: number[] = [];
  // In markers mode offsets must be visited in ascending order, for positions; `later` holds ends of open go statements.
  const positions = options.mode === "markers" ? new Positions(text, scanned.lineDirectives) : null;
  const insert = (offset: number, rank: 0 | 1, snippet: string) => {
    edits.insert(offset, rank, positions === null ? snippet : marker(snippet) + positions.directiveAt(offset));
  };
  const endSpawns = (before: number) => {
    while (ends.length > 0 && ends[ends.length - 1] <= before) insert(ends.pop()!, 0, code.afterGo);
  };
  insert(scanned.declarations[0].end, 0, code.afterPackage);
  plan.hooks.forEach((hook, site) => {
    endSpawns(hook.kind === "function" ? hook.open : hook.start);
    if (hook.kind === "function") {
      insert(hook.open + 1, 0, code.afterBrace(site));
    } else {
      insert(hook.start, 1, code.beforeGo(site));
      ends.push(hook.end);
    }
  });
  endSpawns(text.length);
  const table = code.atEnd(plan.hooks.length);
  edits.insert(text.length, 1, `\n${positions === null ? table : marker(table)}\n`);
  return edits.toString();
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}
