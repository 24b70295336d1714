/** Colours for canvases: those of the page's current style, and one for every function. */
import type { CallModel } from "./model.js";
import { stateFills } from "./state-colours.js";

export interface Theme {
  readonly paper: string;
  readonly sheet: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly focus: string;
  readonly link: string;
  readonly error: string;
  /** Colour of text on frames. */
  readonly label: string;
  /** By colour number, see {@link functionColours}. */
  readonly fills: readonly string[];
  /** By index into STATES. */
  readonly states: readonly (string | CanvasPattern)[];
  /** Colour of frames too narrow to draw separately. */
  readonly crumbs: string;
  /** Colours of frames that a search does not match (`dim`) and does match (`match`). */
  readonly dim: string;
  readonly match: string;
}

const HUES = 18;
const SHADES = 3;
export const COLOURS = HUES * SHADES;

/**
 * By function, a colour number. Functions of a package have similar colours, the more similar the more packages there
 * are.
 */
export function functionColours(model: CallModel): Uint8Array {
  const hues = new Map<string, number>();
  for (let id = 0; id < model.size; id++) {
    // Consecutive packages get distant hues.
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
  // Similar names often differ only at the start: mix that into the low bits.
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 12)) >>> 0;
}

/** The current colours; call again when the colour scheme changes. */
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
    link: get("link"),
    error: get("error"),
    label: get("ink"),
    fills,
    states: stateFills(get),
    crumbs: get("crumbs"),
    dim: get("dim"),
    match: get("match"),
  };
}

/** Calls `listen` when the system switches between light and dark. */
export function onSchemeChange(listen: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listen);
}
