/**
 * A lexical scanner for Go: comments, strings, runes, brackets, the keywords `func` and `go`, and top-level declarations.
 *
 * It uses no grammar, so syntax newer than the grammar cannot confuse it. It has two uses: to check the grammar's result
 * (every keyword accounted for, every body a matched pair of braces), and to split a file that the grammar cannot read into
 * declarations. These end as the Go specification's rule on semicolons says: outside all brackets at `;`, or at a newline
 * after a token that may end a statement.
 */

/** A top-level declaration: [start, end) from its first token to its last. `lead` is where the previous one ended. */
export interface Declaration {
  readonly lead: number;
  readonly start: number;
  readonly end: number;
}

/** A `line` directive in a comment. `next` is the offset of the text whose position it sets. */
export interface LineDirective {
  readonly start: number;
  readonly next: number;
  /** What follows the word `line` and a space. */
  readonly text: string;
}

/** The result of a scan. All offsets are in UTF-16 units, ascending. */
export interface Scan {
  readonly declarations: Declaration[];
  /** Offsets of the keyword `func`. */
  readonly funcs: number[];
  /** Offsets of the keyword `go`. */
  readonly gos: number[];
  /** Offsets of `{` and, at the same index, of the `}` that matches. */
  readonly opens: number[];
  readonly closes: number[];
  readonly lineDirectives: LineDirective[];
  /** Why and where scanning stopped because the text is not Go; null if it did not. */
  readonly error: { readonly offset: number; readonly message: string } | null;
}

enum Kind {
  other = 0,
  space = 1,
  letter = 2,
  digit = 3,
}

const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(char)) classes[code] = Kind.letter;
  else if (/[0-9]/.test(char)) classes[code] = Kind.digit;
  else if (/[ \t\r\n]/.test(char)) classes[code] = Kind.space;
}

/** Keywords after which a newline inserts no semicolon; the others cannot stand at the end of a line outside brackets. */
const continuing = new Set(["func", "var", "const", "type", "import", "package", "map", "chan", "struct", "interface"]);

/** Whether a newline after the last token ends a statement: no, yes, or (for a word) unless it is in `continuing`. */
enum Last {
  open = 0,
  ends = 1,
  word = 2,
}

const NEWLINE = 10;

/**
 * Scans [from, to) of the text, which must begin outside any bracket, comment and string.
 *
 * @param opaque called with the bounds of each comment, string and rune
 */
export function scan(text: string, from = 0, to = text.length, opaque?: (start: number, end: number) => void): Scan {
  const declarations: Declaration[] = [];
  const funcs: number[] = [];
  const gos: number[] = [];
  const opens: number[] = [];
  const closes: number[] = [];
  const lineDirectives: LineDirective[] = [];
  const stackClose: number[] = []; // character code that closes each open bracket
  const stackBrace: number[] = []; // index into `opens`, or -1
  let error: Scan["error"] = null;
  let lead = from;
  let start = -1; // of the current declaration
  let last: Last = Last.open;
  let wordStart = 0;
  let tokenEnd = from;

  const finish = () => {
    if (start >= 0) {
      declarations.push({ lead, start, end: tokenEnd });
      lead = tokenEnd;
    }
    start = -1;
    last = Last.open;
  };
  const newline = () => {
    if (start < 0 || stackClose.length > 0 || last === Last.open) return;
    if (last === Last.word && continuing.has(text.slice(wordStart, tokenEnd))) return;
    finish();
  };

  let i = from;
  if (i === 0 && text.charCodeAt(0) === 0xfeff) i = 1;
  while (i < to && error === null) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? classes[code] : Kind.letter;
    if (kind === Kind.space) {
      if (code === NEWLINE) newline();
      i++;
      continue;
    }
    if (code === 0x2f /* / */) {
      const second = text.charCodeAt(i + 1);
      if (second === 0x2f || second === 0x2a) {
        const end = commentEnd(text, i, to);
        if (end < 0) {
          error = { offset: i, message: "comment not terminated" };
          break;
        }
        opaque?.(i, end);
        if (text.startsWith("line ", i + 2)) noteLineDirective(lineDirectives, text, i, end);
        // A general comment with a newline in it acts like a newline.
        if (second === 0x2a && text.lastIndexOf("\n", end - 1) > i) newline();
        i = end;
        continue;
      }
    }
    if (code === 0x3b /* ; */ && stackClose.length === 0) {
      finish();
      i++;
      lead = i;
      tokenEnd = i;
      continue;
    }
    if (start < 0) start = i;
    if (kind === Kind.letter) {
      wordStart = i;
      do i++;
      while (i < to && isWord(text.charCodeAt(i)));
      const length = i - wordStart;
      if (length === 2 && text.startsWith("go", wordStart)) gos.push(wordStart);
      else if (length === 4 && text.startsWith("func", wordStart)) funcs.push(wordStart);
      last = Last.word;
      tokenEnd = i;
      continue;
    }
    last = Last.ends;
    if (kind === Kind.digit) {
      do i++;
      while (i < to && (isWord(text.charCodeAt(i)) || text.charCodeAt(i) === 0x2e));
      tokenEnd = i;
      continue;
    }
    switch (code) {
      case 0x28: // (
      case 0x5b: // [
      case 0x7b: // {
        stackClose.push(code === 0x28 ? 0x29 : code + 2);
        stackBrace.push(code === 0x7b ? opens.length : -1);
        if (code === 0x7b) {
          opens.push(i);
          closes.push(-1);
        }
        i++;
        break;
      case 0x29: // )
      case 0x5d: // ]
      case 0x7d: {
        // }
        const brace = stackBrace.pop();
        if (stackClose.pop() !== code) error = { offset: i, message: `unmatched ${text[i]}` };
        else if (brace !== undefined && brace >= 0) closes[brace] = i;
        i++;
        break;
      }
      case 0x22: // "
      case 0x27: // '
      case 0x60: {
        // `
        const end = code === 0x60 ? rawStringEnd(text, i, to) : quotedEnd(text, i, to, code);
        if (end < 0) {
          error = { offset: i, message: `${code === 0x27 ? "rune literal" : "string"} not terminated` };
          break;
        }
        opaque?.(i, end);
        i = end;
        break;
      }
      default:
        last = Last.open;
        i++;
    }
    tokenEnd = i;
  }
  if (error === null && stackClose.length > 0) error = { offset: to, message: "brackets not closed" };
  finish();
  return { declarations, funcs, gos, opens, closes, lineDirectives, error };
}

/** Index of the first number in an ascending list that is not less than `value`. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Offset of the `}` that matches the `{` at `open`; -1 if there is no `{`. */
export function closeOf(scanned: Scan, open: number): number {
  const index = lowerBound(scanned.opens, open);
  return scanned.opens[index] === open ? scanned.closes[index] : -1;
}

/** Whether a character can be part of a word: letters, digits, `_` and everything outside ASCII. */
function isWord(code: number): boolean {
  return code >= 128 || classes[code] >= Kind.letter;
}

/** End of the comment at `start`, for a line comment before its newline; -1 if not terminated. */
function commentEnd(text: string, start: number, to: number): number {
  if (text.charCodeAt(start + 1) === 0x2f) {
    const end = text.indexOf("\n", start);
    return end < 0 || end > to ? to : end;
  }
  const end = text.indexOf("*/", start + 2);
  return end < 0 || end + 2 > to ? -1 : end + 2;
}

function rawStringEnd(text: string, start: number, to: number): number {
  const end = text.indexOf("`", start + 1);
  return end < 0 || end >= to ? -1 : end + 1;
}

function quotedEnd(text: string, start: number, to: number, quote: number): number {
  for (let i = start + 1; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i + 1;
    if (code === NEWLINE) return -1;
    if (code === 0x5c /* \ */) i++;
  }
  return -1;
}

/** `//line` counts only in column 1, a general comment anywhere unless it spans lines (cmd/compile, "Line directives"). */
function noteLineDirective(list: LineDirective[], text: string, start: number, end: number): void {
  if (text.charCodeAt(start + 1) === 0x2a) {
    const body = text.slice(start + 7, end - 2);
    if (!body.includes("\n")) list.push({ start, next: end, text: body });
  } else if (start === 0 || text.charCodeAt(start - 1) === NEWLINE) {
    list.push({ start, next: Math.min(end + 1, text.length), text: text.slice(start + 7, end).replace(/\r$/, "") });
  }
}
