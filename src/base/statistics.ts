/** The Mann-Whitney U test: whether two samples differ by more than chance. */

/** Up to this many values in both samples, the distribution of U is computed exactly. */
const EXACT = 50;

/**
 * The two-sided p-value of the Mann-Whitney U test: how likely a difference at least this large is if both samples come
 * from one distribution. Like benchstat: exact (with ties counted by their mean ranks) for small samples, by the normal
 * approximation with corrections for ties and continuity for large ones.
 *
 * Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other" (1947).
 *
 * @returns from 0 to 1; 1 for an empty sample
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return 1;
  const ranks = doubledRanks([...a, ...b]);
  const sum = ranks.slice(0, a.length).reduce((total, rank) => total + rank, 0);
  return ranks.length <= EXACT ? exact(ranks, a.length, sum) : approximate(ranks, a.length, sum);
}

/** The smallest p-value that samples of these sizes can have, without ties. */
export function lowestP(n: number, m: number): number {
  let ways = 1;
  for (let i = 1; i <= n; i++) ways = (ways * (m + i)) / i;
  return n === 0 || m === 0 ? 1 : Math.min(1, 2 / ways);
}

/** Twice the rank of each value, so that the mean rank of ties is a whole number. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = from + 1 + to;
    from = to;
  }
  return ranks;
}

/** Counts all choices of n ranks by their sum; the p-value is the share of those at least as far from the mean. */
function exact(ranks: readonly number[], n: number, sum: number): number {
  const most = ranks.reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(most + 1));
  ways[0][0] = 1;
  for (const [i, rank] of ranks.entries()) {
    for (let k = Math.min(n, i + 1); k > 0; k--) {
      for (let s = most; s >= rank; s--) ways[k][s] += ways[k - 1][s - rank];
    }
  }
  const mean = (most * n) / ranks.length;
  let all = 0;
  let extreme = 0;
  for (const [s, count] of ways[n].entries()) {
    all += count;
    if (Math.abs(s - mean) >= Math.abs(sum - mean) - 1e-9) extreme += count;
  }
  return extreme / all;
}

function approximate(ranks: readonly number[], n: number, sum: number): number {
  const total = ranks.length;
  const m = total - n;
  const u = sum / 2 - (n * (n + 1)) / 2;
  const ties = new Map<number, number>();
  for (const rank of ranks) ties.set(rank, (ties.get(rank) ?? 0) + 1);
  let correction = 0;
  for (const t of ties.values()) correction += t ** 3 - t;
  const variance = ((n * m) / 12) * (total + 1 - correction / (total * (total - 1)));
  if (variance <= 0) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return Math.min(1, 2 * upperTail(z));
}

/** The normal distribution's upper tail. Abramowitz and Stegun 26.2.17; absolute error below 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
