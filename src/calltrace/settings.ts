/** Changes how a running process records, by its control chunk. */
import type { Control } from "./control.js";
import { fieldPatch, type Patch } from "./patch.js";
import { CONTROL_FIELDS, CONTROL_TEXT, GATE_LOG, GATES } from "./spec-ring.js";

/** What to change; the rest stays as it is. */
export interface SettingsChange {
  readonly isPaused?: boolean;
  /** It is paused because gotrace cannot read as fast as it writes. */
  readonly isBehind?: boolean;
  /** Nanoseconds; 0 for none. */
  readonly minimum?: number;
  /** Levels; 0 for no limit. */
  readonly depth?: number;
  /** Ask for a snapshot. */
  readonly asksForSnapshot?: boolean;
  /** Which functions are recorded: lines of `+` or `-` and a regular expression. Must fit: see {@link fitsControl}. */
  readonly text?: string;
}

/** Whether a text fits into the control chunk. */
export function fitsControl(text: string): boolean {
  return new TextEncoder().encode(text).length <= CONTROL_TEXT.most;
}

/**
 * The patches for a change, which the process notices when it next takes a slow path: then its `applied` is the new `generation`.
 * @param offset of the control chunk in the process trace
 * @param now the time on the runtime's clock, nanoseconds
 */
export function settingsPatches(control: Control, offset: number, change: SettingsChange, now: bigint): Patch[] {
  const { numbers } = control;
  const { isPaused, isBehind = false, minimum, depth, text, asksForSnapshot } = change;
  const field = (name: (typeof CONTROL_FIELDS)[number]["name"], value: bigint) =>
    fieldPatch(CONTROL_FIELDS, name, value, offset);
  const patches: Patch[] = [];
  if (minimum !== undefined) patches.push(field("minimum", BigInt(minimum)));
  if (depth !== undefined) patches.push(field("depth", BigInt(depth)));
  if (text !== undefined) {
    const bytes = new TextEncoder().encode(text);
    patches.push({ offset: offset + CONTROL_TEXT.offset, bytes }, field("textLength", BigInt(bytes.length)));
  }
  if (asksForSnapshot) patches.push(field("dump", BigInt.asUintN(32, numbers.dump + 1n)));
  const isAsked = asksForSnapshot === true && numbers.gate === GATES.paused;
  const gate = isPaused === undefined ? (isAsked ? GATES.asked : numbers.gate) : gateOf(isPaused, isBehind);
  if (gate !== numbers.gate) {
    if (gate === GATES.open || numbers.gate === GATES.open) {
      const entry = new Uint8Array(8);
      new DataView(entry.buffer).setBigUint64(0, (now << 1n) | BigInt(gate !== GATES.open), true);
      const place = Number(numbers.changes) % GATE_LOG.entries;
      patches.push({ offset: offset + GATE_LOG.offset + 8 * place, bytes: entry });
      patches.push(field("changes", BigInt.asUintN(32, numbers.changes + 1n)));
    }
    if (isBehind) patches.push(field("behind", BigInt.asUintN(32, numbers.behind + 1n)));
    patches.push(field("gate", gate));
  }
  // Last: the process reads the rest when this has changed.
  if (patches.length > 0) patches.push(field("generation", BigInt.asUintN(32, numbers.generation + 1n)));
  return patches;
}

function gateOf(isPaused: boolean, isBehind: boolean): bigint {
  if (!isPaused) return GATES.open;
  return isBehind ? GATES.behind : GATES.paused;
}
