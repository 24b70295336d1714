/** Turns tracing of running processes off and on again. */
import { UserError } from "../../base/errors.js";
import { changeRecorder, readRecorder } from "./recorder.js";

/**
 * Pauses processes if one of them records; otherwise lets all of them record again.
 * @param paths their traces
 * @returns what to say about it
 */
export function toggleGate(paths: readonly string[]): string {
  try {
    const recorders = paths.map(readRecorder).filter(({ control }) => control !== undefined);
    if (recorders.length === 0) return "an older gotrace built the program: tracing cannot be turned off";
    const isPaused = recorders.some(({ control }) => control?.numbers.gate === 0n);
    for (const recorder of recorders) changeRecorder(recorder, { isPaused });
    return isPaused ? "tracing is off: x turns it on again" : "tracing is on";
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
