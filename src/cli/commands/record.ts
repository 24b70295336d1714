/** `gotrace record`: how running processes record, and changes of that. */
import { ExitCode, UserError } from "../../base/errors.js";
import { printable } from "../../base/printable.js";
import { fitsControl, type SettingsChange } from "../../calltrace/index.js";
import { type Command, commandHelp } from "../command.js";
import { type Flag, type ParsedFlags, parseFlags } from "../flags/parse.js";
import { selectionLines } from "../flags/recorder.js";
import { helpFlag } from "../flags/tables.js";
import { badValue, choice, duration } from "../flags/values.js";
import { recorderLines } from "../record/describe.js";
import { dumped } from "../record/dump.js";
import { recordersJson } from "../record/json.js";
import { changeRecorder, type Recorder, readRecorder, settledRecorder } from "../record/recorder.js";
import { withLine } from "../record/selection.js";
import { sayError } from "../say.js";
import { runningTraces } from "../top/followed.js";

const flags: readonly Flag[] = [
  { name: "pause", help: "record nothing until --resume; calls that have begun are still recorded to their end" },
  { name: "resume", help: "record again" },
  {
    name: "off",
    value: "REGEXP",
    repeats: true,
    help: "record functions whose names match no longer (repeat it; of --off and --on, the last one that matches decides)",
  },
  {
    name: "on",
    value: "REGEXP",
    repeats: true,
    help: "record functions whose names match; where no --off came before, only these",
  },
  { name: "min", value: "DURATION", help: "keep only calls that took at least this, and their callers; 0 for all" },
  { name: "depth", value: "N", help: "record only the N outermost calls on each goroutine's stack; 0 for all" },
  { name: "reset", help: "forget all --off, --on, --min and --depth, before those that are given here" },
  {
    name: "dump",
    help: "write a snapshot: a copy of the ring of each process, in a file of its own (GOTRACE_DUMP_DIR, or snapshots/ beside the trace)",
  },
  { name: "format", value: "FORMAT", help: "text (default) or json" },
  helpFlag,
];

export const recordCommand: Command = {
  name: "record",
  usage: "record [flags] [PID | DIR | TRACE]",
  description: `Changes how running processes record: those of 'gotrace run' and of binaries of 'gotrace build', named as for 'gotrace top'.
Changes are in force a few milliseconds later, or when the process next calls a traced function. Without flags it shows how the
processes record, of all on this machine if none is named.`,
  flags,
  examples: [
    "gotrace record 4711",
    "gotrace record 4711 --pause",
    "gotrace record /var/trace --off 'codec\\.' --min 10us",
    "gotrace record 4711 --reset --resume",
    "gotrace record 4711 --dump",
    "gotrace record --format json /var/trace",
  ],
  run,
};

/** Milliseconds to wait until a process has taken up a change, and written a snapshot. */
const PATIENCE = 500;
const DUMP_PATIENCE = 10_000;

async function run(words: readonly string[]): Promise<number> {
  const parsed = parseFlags("record", flags, words, true);
  if (parsed.has("help")) {
    process.stdout.write(commandHelp(recordCommand));
    return 0;
  }
  const isJson = choice(parsed, "format", ["text", "json"]) === "json";
  const change = changeOf(parsed);
  const dumps = parsed.has("dump");
  const [target, ...more] = parsed.rest;
  if (more.length > 0 || (target === undefined && (dumps || change !== undefined))) {
    throw new UserError(
      more.length > 0 ? `record changes one process or directory, not also ${more[0]}` : "no process given",
      "name its number, or the directory that GOTRACE_OUT names for it: gotrace record 4711 --pause",
      ExitCode.usage,
    );
  }
  const recorders = runningTraces(target).map(readRecorder);
  if (change === undefined && !dumps) {
    show(recorders, isJson);
    return 0;
  }
  const changeable = recorders.filter(({ control }) => control !== undefined);
  if (changeable.length === 0) {
    throw new UserError(
      "an older gotrace built this program: how it records cannot be changed while it runs",
      "build it again with this gotrace",
      ExitCode.unavailable,
    );
  }
  // First: what is paused writes none.
  const { files, code } = dumps ? await dump(changeable) : NONE;
  if (!isJson) print([...(files?.values() ?? [])]);
  if (change === undefined && !isJson) return code;
  // Read again: asking for a snapshot changes the generation.
  const ready = changeable.map(({ path }) => readRecorder(path));
  if (change !== undefined) for (const recorder of ready) changeRecorder(recorder, change(recorder));
  const settled = await Promise.all(recorders.map(({ path }) => settledRecorder(path, PATIENCE)));
  show(settled, isJson, files);
  if (change !== undefined) for (const recorder of settled) refuseWrong(recorder);
  return code;
}

/** What became of snapshots. */
interface Dumped {
  /** By trace; undefined if none were asked for. */
  readonly files: ReadonlyMap<string, string> | undefined;
  /** The exit code of the first that failed, or 0. */
  readonly code: number;
}

const NONE: Dumped = { files: undefined, code: 0 };

/** Has snapshots written, and says which could not be. */
async function dump(recorders: readonly Recorder[]): Promise<Dumped> {
  const results = await Promise.allSettled(recorders.map((recorder) => dumped(recorder, DUMP_PATIENCE)));
  const files = new Map<string, string>();
  let code = 0;
  for (const [index, result] of results.entries()) {
    if (result.status === "fulfilled") files.set(recorders[index].path, result.value);
    else if (!(result.reason instanceof UserError)) throw result.reason;
    else {
      sayError(result.reason);
      code ||= result.reason.code;
    }
  }
  return { files, code };
}

function show(recorders: readonly Recorder[], isJson: boolean, files?: Dumped["files"]): void {
  if (isJson) process.stdout.write(recordersJson(recorders, files));
  else print(recorders.flatMap(recorderLines));
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(""));
}

/** What the flags change, by what is in force; undefined if nothing. @throws UserError for invalid values */
function changeOf(parsed: ParsedFlags): ((before: Recorder) => SettingsChange) | undefined {
  const has = (name: string) => parsed.has(name);
  if (has("pause") && has("resume")) {
    throw new UserError("--pause and --resume cannot be combined", "choose one of them", ExitCode.usage);
  }
  const lines = selectionLines(parsed, "on", "off");
  const none = has("reset") ? { minimum: 0, depth: 0 } : {};
  const minimum = duration(parsed, "min", undefined);
  const fixed = {
    ...none,
    ...(has("pause") || has("resume") ? { isPaused: has("pause") } : {}),
    ...(minimum === undefined ? {} : { minimum: Math.round(minimum) }),
    ...(has("depth") ? { depth: depthOf(parsed) } : {}),
  };
  if (Object.keys(fixed).length === 0 && lines.length === 0) return undefined;
  return ({ control }) => {
    if (lines.length === 0 && !has("reset")) return fixed;
    const text = lines.reduce(withLine, has("reset") ? "" : (control?.text ?? ""));
    if (fitsControl(text)) return { ...fixed, text };
    throw new UserError(
      "there is no room for more expressions",
      "begin again with --reset, and with fewer and shorter ones: db\\. matches a package",
      ExitCode.usage,
    );
  };
}

function depthOf(parsed: ParsedFlags): number {
  const text = parsed.string("depth")!;
  if (!/^\d{1,9}$/.test(text)) throw badValue("depth", text, "a number, or 0 for no limit");
  return Number(text);
}

/** @throws UserError for an expression that the process does not understand */
function refuseWrong({ control }: Recorder): void {
  const number = Number(control?.numbers.wrong ?? 0n);
  if (number === 0) return;
  throw new UserError(
    `the program does not understand this expression, and ignores it: ${control?.text.split("\n")[number - 1]?.slice(1)}`,
    "write a shorter or plainer one",
    ExitCode.usage,
  );
}
