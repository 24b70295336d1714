/** Colours for canvases: the page's own, as its style has them now, and one for every function. */
import type { CallModel } from "./model.js";

export interface Theme {
  readonly paper: string;
  readonly sheet: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly focus: string;
  /** Of text on frames. */
  readonly label: string;
  /** By number of a colour, see {@link functionColours}. */
  readonly fills: readonly string[];
  /** Frames too narrow to be told apart. */
  readonly crumbs: string;
  /** Frames that a search does not match, and those that it does. */
  readonly dim: string;
  readonly match: string;
}

const HUES = 18;
const SHADES = 3;
export const COLOURS = HUES * SHADES;

/** By function, a number of a colour: functions of a package look alike, the more so the more packages there are. */
export function functionColours(model: CallModel): Uint8Array {
  const hues = new Map<string, number>();
  for (let id = 0; id < model.size; id++) {
    // Packages get hues far apart, whatever their names are.
    const name = model.package(id);
    if (!hues.has(name)) hues.set(name, (hues.size * 7) % HUES);
  }
  const wide = hues.size < 3 ? 7 : hues.size < 7 ? 3 : 1;
  return Uint8Array.from({ length: model.size }, (_, id) => {
    const key = hash(model.name(id));
    const hue = (hues.get(model.package(id))! + (Math.floor(key / SHADES) % wide)) % HUES;
    return hue * SHADES + (key % SHADES);
  });
}

function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) | 0;
  // Similar names end alike: what differs has to reach the low bits.
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 12)) >>> 0;
}

/** The colours of now; ask again when the scheme changes. */
export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element);
  const get = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const fills = Array.from({ length: COLOURS }, (_, i) => {
    const hue = (Math.floor(i / SHADES) * 360) / HUES + 24;
    const shade = i % SHADES;
    return dark ? `hsl(${hue} 34% ${27 + 4 * shade}%)` : `hsl(${hue} 58% ${77 + 4 * shade}%)`;
  });
  return {
    paper: get("paper"),
    sheet: get("sheet"),
    ink: get("ink"),
    faint: get("faint"),
    line: get("line"),
    focus: get("focus"),
    label: get("ink"),
    fills,
    crumbs: get("crumbs"),
    dim: get("dim"),
    match: get("match"),
  };
}

/** Calls back when the system changes between light and dark. */
export function onSchemeChange(listen: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listen);
}
