/** Reads names of functions from the source, as a reader would write them: `Start`, `(*Server).Start`, `run.func1`. */

/** White space and comments. */
const trivia = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const word = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;

/** The head of a function declaration. */
export interface Head {
  /** `Start`, `(*Server).Start`, `Server.Start`. */
  readonly name: string;
  /** Without the receiver: `Start`. */
  readonly bare: string;
  /** Offset of the token after `func`. */
  readonly afterFunc: number;
  /** Offset after the name. */
  readonly nameEnd: number;
}

/** Offset of the first token at or after `offset`. */
export function skipTrivia(text: string, offset: number): number {
  trivia.lastIndex = offset;
  trivia.exec(text);
  return trivia.lastIndex;
}

/** Reads `func name` or `func (receiver) name`; null if the text is neither. @param start offset of `func` */
export function readHead(text: string, start: number): Head | null {
  const afterFunc = skipTrivia(text, start + 4);
  let at = afterFunc;
  let receiver = "";
  if (text[at] === "(") {
    const end = roundEnd(text, at);
    if (end < 0) return null;
    receiver = receiverName(text.slice(at + 1, end - 1));
    at = skipTrivia(text, end);
  }
  const bare = wordAt(text, at);
  if (bare === "") return null;
  return { name: receiver + bare, bare, afterFunc, nameEnd: at + bare.length };
}

/** The identifier at an offset, or "". */
export function wordAt(text: string, offset: number): string {
  word.lastIndex = offset;
  return word.exec(text)?.[0] ?? "";
}

/** The offset after a receiver's closing parenthesis. A receiver can contain comments, but no strings. */
function roundEnd(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const char = text[i];
    if (char === "/") i = Math.max(i, skipTrivia(text, i) - 1);
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return i + 1;
  }
  return -1;
}

/** `s *Server[T]` to `(*Server).`, `Server` to `Server.` */
function receiverName(inside: string): string {
  const plain = inside
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, " ")
    .replace(/\[[\s\S]*\]/, "")
    .replace(/[\s,()]+/g, " ")
    .trim();
  const type = /[^\s*]+$/.exec(plain)?.[0] ?? "?";
  return plain.includes("*") ? `(*${type}).` : `${type}.`;
}
