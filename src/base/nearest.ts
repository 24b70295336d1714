/** Suggests the known word that a mistyped one was meant to be. */

/**
 * The known word within two edits of `word` (ignoring case), else the first that begins with `word`; undefined without
 * either.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = 3;
  let beginning: string | undefined;
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const difference = candidate.length > 2 ? distance(lower, wanted) : 3;
    if (difference < least) [best, least] = [candidate, difference];
    if (wanted.length > 2 && lower.startsWith(wanted)) beginning ??= candidate;
  }
  return best ?? beginning;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + change));
    }
    row = next;
  }
  return row[b.length];
}
