/**
 * The thread that judges candidates: snapshots for conditions about the states of calls, which a program writes when a call
 * took as long (candidates.ts has the other side). It has a low priority, because the program should not notice it.
 */
import { unlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { attempt, messageOf } from "../../base/errors.js";
import { formatDuration } from "../../base/units.js";
import { type PartCall, PartWatch, partCondition } from "../../callstats/index.js";
import { notePatches, type OpenedProcess, snapshotCause } from "../../calltrace/index.js";
import { readRecording } from "../../calltree/index.js";
import { joined } from "../report/states.js";
import { openFile, patchFile } from "../trace-files.js";
import { processesOf } from "./bundle.js";
import { type Judgement, type JudgeTask, keepCandidate } from "./candidates.js";

// On Linux that is the priority of the thread alone.
if (process.platform === "linux") attempt(() => setPriority(10));
parentPort!.on("message", (task: JudgeTask) => parentPort!.postMessage(judge(task)));

/** Judges a candidate, and keeps or removes its file. */
function judge({ path, conditions }: JudgeTask): Judgement {
  try {
    const { looked, best, write } = look(path, conditions);
    if (best?.held === "not") {
      unlinkSync(path);
      return { looked, isKept: false, why: `${best.condition.text} did not hold for any, ${wordsOf(best)}` };
    }
    // What a full disk does not take is in the snapshot all the same.
    if (best?.held === "held") attempt(write);
    keepCandidate(path);
    return { looked, isKept: true, why: best === undefined ? "no such call was found in it" : wordsOf(best) };
  } catch (error) {
    attempt(() => keepCandidate(path));
    return { looked: 0, isKept: true, why: messageOf(error) };
  }
}

function look(path: string, texts: readonly string[]) {
  const file = openFile(path);
  try {
    const [process] = processesOf(file);
    const cause = process && snapshotCause(process);
    const plain = readRecording([file.source]);
    const recording = plain.isJoinable ? joined(plain, () => undefined, { inTrees: false }) : plain;
    const conditions = texts.flatMap((text) => partCondition(text) ?? []);
    const last = process?.info.stop?.at ?? Number.POSITIVE_INFINITY;
    const watch = new PartWatch(recording.forest, 0, conditions, last, cause?.fresh ?? 0);
    recording.visit(watch);
    const { best, looked } = watch;
    const name = best && recording.forest.functions[best.func].name;
    const write = () => patchFile(path, 0, notePatches(process, [noteOf(process, best!, name!)]));
    return { looked, best, write };
  } finally {
    file.close();
  }
}

/** The note that says which call met which condition, in the place of that of the process. */
function noteOf(
  { definitions, clock }: OpenedProcess,
  { condition, goroutine, number, took, spent }: PartCall,
  name: string,
) {
  const id = [...definitions].find(([, definition]) => definition.name === name)?.[0];
  const ticks = Math.round(took / clock.slope);
  const times = { ticks, spent: Math.round(spent) };
  return { snapshot: { trigger: condition.text, function: id, goroutine, call: number, ...times } };
}

function wordsOf({ took, spent }: PartCall): string {
  return `${formatDuration(spent)} of ${formatDuration(took)}`;
}
