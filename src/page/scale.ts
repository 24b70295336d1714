/** Axes of charts: scales from values to pixels, and round numbers for ticks. */
import { formatDuration } from "../base/units.js";
import { s } from "./dom.js";

/** A linear scale. */
export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
  /** The value at a pixel. */
  readonly invert: (pixel: number) => number;
}

export function scale(from: number, to: number, left: number, right: number): Scale {
  const width = to - from || 1;
  const at = (value: number) => left + ((value - from) / width) * (right - left);
  return Object.assign(at, {
    from,
    to,
    invert: (pixel: number) => Math.min(to, Math.max(from, from + ((pixel - left) / (right - left || 1)) * width)),
  });
}

/** Round values in [from, to], about `count` of them: multiples of 1, 2 or 5 times a power of `base`. */
export function ticks(from: number, to: number, count: number, base = 10): number[] {
  const rough = (to - from) / Math.max(count, 1);
  if (!(rough > 0)) return [];
  const power = base ** Math.floor(Math.log(rough) / Math.log(base));
  const steps = base === 10 ? [1, 2, 5, 10] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
  const step = power * (steps.find((factor) => factor * power >= rough) ?? base);
  const found: number[] = [];
  for (let value = Math.ceil(from / step) * step; value <= to + step * 1e-9; value += step) found.push(value);
  return found;
}

/** A time axis: vertical lines of `height` pixels with durations below. */
export function timeAxis(x: Scale, width: number, height: number): SVGElement[] {
  return ticks(x.from, x.to, Math.max(2, width / 130)).flatMap((time) => {
    const at = x(time);
    const anchor = at > width - 30 ? "end" : at < 30 ? "start" : "middle";
    return [
      s("line", { class: "grid", x1: at, x2: at, y1: 0, y2: height }),
      s("text", { x: at, y: height + 13, "text-anchor": anchor }, tickText(time, x)),
    ];
  });
}

/** The text of a tick, in the unit of the whole axis, with enough digits to tell neighbours apart. */
export function tickText(time: number, x: Scale): string {
  if (time === 0) return "0";
  const range = Math.max(Math.abs(x.from), Math.abs(x.to));
  const units: [number, string][] = [
    [1e9, "s"],
    [1e6, "ms"],
    [1e3, "µs"],
  ];
  const [size, unit] = units.find(([each]) => range >= each) ?? [1, "ns"];
  const [first, second] = ticks(x.from, x.to, 4);
  const step = first !== undefined && second !== undefined ? (second - first) / size : 1;
  const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step)) + 1));
  if (range >= 60e9 && step * size >= 1e9) return formatDuration(time);
  return `${Number((time / size).toFixed(digits))}${unit}`;
}
