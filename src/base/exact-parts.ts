/** Rounding parts of a whole so that they still add up to it. */

/** What rounding down took from each part; reused, since parts of millions of calls are rounded. */
let remainders = new Float64Array(16);

/**
 * Whole numbers that add up to `whole`, each as near to its part as that allows: the largest remainders are rounded up.
 * What parts lack, or exceed the whole by, beyond rounding goes to or comes from the last one, then from the largest.
 *
 * @param whole a whole number
 * @param parts not negative, but for errors of rounding
 */
export function exactParts(whole: number, parts: ArrayLike<number>): number[] {
  return exactPartsInto(new Array<number>(parts.length).fill(0), whole, parts);
}

/** {@link exactParts}, written to an array as long as `parts`, which it returns. */
export function exactPartsInto<T extends number[] | Float64Array>(to: T, whole: number, parts: ArrayLike<number>): T {
  const { length } = to;
  if (length > remainders.length) remainders = new Float64Array(length);
  let sum = 0;
  let left = whole;
  for (let i = 0; i < length; i++) {
    const part = Math.max(0, parts[i]);
    const floor = Math.floor(part);
    sum += part;
    left -= floor;
    to[i] = floor;
    remainders[i] = part - floor;
  }
  const lacking = whole - Math.round(sum);
  if (lacking > 1) {
    to[length - 1] += lacking;
    left -= lacking;
  }
  for (; left > 0; left--) {
    const next = largest(remainders, length);
    to[next]++;
    remainders[next]--;
  }
  while (left < 0) {
    const from = largest(to, length);
    const taken = Math.min(to[from], -left);
    if (taken === 0) break;
    to[from] -= taken;
    left += taken;
  }
  return to;
}

/** The index of the first of the largest values. */
function largest(values: ArrayLike<number>, length: number): number {
  let index = 0;
  for (let i = 1; i < length; i++) if (values[i] > values[index]) index = i;
  return index;
}
