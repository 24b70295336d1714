/** Finds the hook points of a file. A construct that the grammar rejects costs at most its own declaration. */
import type { Parse } from "./grammar.js";
import { type HookPoint, shiftHookPoints } from "./hook-points.js";
import { maskGaps } from "./masks.js";
import { readHead, skipTrivia, wordAt } from "./names.js";
import { closeOf, type Declaration, lowerBound, type Scan, scan } from "./scan.js";

/** A declaration that was left out. */
interface Gap {
  readonly name: string;
  readonly offset: number;
  readonly reason: string;
}

/** The hook points of a file in source order, and the declarations left out. */
export interface FoundHookPoints {
  readonly sites: HookPoint[];
  readonly gaps: Gap[];
}

/** Finds all hook points of a file. @param scanned the scan of the same text, without error */
export function findHookPoints(text: string, scanned: Scan, parse: Parse): FoundHookPoints {
  const whole = parse(text);
  if (whole !== null && agree(whole, scanned)) return { sites: whole, gaps: [] };
  const sites: HookPoint[] = [];
  const gaps: Gap[] = [];
  for (const declaration of scanned.declarations) {
    if (!hasFunc(scanned, declaration) || wordAt(text, declaration.start) === "type") continue;
    readDeclaration(text, declaration, "", parse, sites, gaps);
  }
  return { sites, gaps };
}

/** Reads one declaration, or one spec of a group if `keyword` is not empty, and adds its hook points or a gap. */
function readDeclaration(
  text: string,
  { start, end }: Declaration,
  keyword: string,
  parse: Parse,
  sites: HookPoint[],
  gaps: Gap[],
): void {
  const unit = keyword + text.slice(start, end);
  const found = readUnit(unit, parse);
  if (found !== null) {
    sites.push(...shiftHookPoints(found, start - keyword.length));
    return;
  }
  const specs = keyword === "" ? groupSpecs(text, start, end) : null;
  if (specs !== null) {
    for (const spec of specs.declarations)
      if (hasFunc(specs, spec)) readDeclaration(text, spec, "var ", parse, sites, gaps);
    return;
  }
  gaps.push({ name: unitName(unit), offset: start, reason: "syntax that the grammar does not know" });
}

/** `run`, `(*Server).Start`, `var handlers`. */
function unitName(unit: string): string {
  const keyword = wordAt(unit, 0);
  if (keyword === "func") return readHead(unit, 0)?.name ?? keyword;
  return `${keyword} ${wordAt(unit, skipTrivia(unit, keyword.length))}`.trim();
}

function readUnit(unit: string, parse: Parse): HookPoint[] | null {
  const accepted = (candidate: string) => {
    const sites = parse(candidate);
    return sites !== null && agree(sites, scan(candidate)) ? sites : null;
  };
  const sites = accepted(unit);
  if (sites !== null) return sites;
  const masked = maskGaps(unit, parse);
  return masked === unit ? null : accepted(masked);
}

/** The specs within `var ( … )`; null for any other declaration. */
function groupSpecs(text: string, start: number, end: number): Scan | null {
  if (!text.startsWith("var", start)) return null;
  const open = skipTrivia(text, start + 3);
  return text[open] === "(" ? scan(text, open + 1, end - 1) : null;
}

function hasFunc({ funcs }: Scan, { start, end }: Declaration): boolean {
  const index = lowerBound(funcs, start);
  return index < funcs.length && funcs[index] < end;
}

/**
 * Whether grammar and scanner agree: every keyword `func` and `go` belongs to a hook point, every body is a matched pair of
 * braces that ends with its function, and every function declaration is one of the scanner's top-level declarations.
 */
function agree(sites: readonly HookPoint[], scanned: Scan): boolean {
  let funcs = 0;
  let gos = 0;
  const tops = scanned.declarations;
  let top = 0;
  for (const { kind, start, end, open } of sites) {
    if (kind === "dump" || kind === "misplaced") continue;
    if (kind === "go") {
      if (scanned.gos[gos++] !== start) return false;
      continue;
    }
    if (scanned.funcs[funcs++] !== start) return false;
    if (open >= 0 && closeOf(scanned, open) !== end - 1) return false;
    if (kind === "declaration") {
      while (top < tops.length && tops[top].start < start) top++;
      if (tops[top]?.start !== start || tops[top].end !== end) return false;
    }
  }
  return funcs === scanned.funcs.length && gos === scanned.gos.length;
}
