/** The processes of a fleet: finds the traces, and what each says of its process, without reading the calls. */

import { statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, resolve } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { type ByteSource, openTrace, type ProcessTrace, sliceSource } from "../../calltrace/index.js";
import { type Partition, partitionOf, traceId } from "../../export/dataset.js";
import { hasBegun, openFile, traceFiles } from "../trace-files.js";

/** A process whose trace was found. */
export interface Surveyed {
  readonly id: string;
  readonly path: string;
  /** Index among the processes of the file, and whether it is the only one. */
  readonly index: number;
  readonly alone: boolean;
  readonly partition: Partition;
  /** Which build it was, as its trace says; undefined if that does not. */
  readonly build: string | undefined;
  /** Absolute path of the program; undefined if it was found by its name alone. */
  readonly executable: string | undefined;
  /** Nanoseconds since 1970. */
  readonly began: number;
  readonly bytes: number;
  /** Whether it still runs, on this machine. */
  readonly running: boolean;
}

/** A trace file, and the machine that it is from. */
export interface FleetFile {
  readonly path: string;
  readonly host: string;
}

/**
 * Lists the trace files of a fleet.
 *
 * @param host their machine; undefined for the names of the directories if there are several, and else this machine
 * @throws UserError when a path does not exist
 */
export function fleetFiles(paths: readonly string[], cwd: string, host: string | undefined): FleetFile[] {
  const several = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory()).length > 1;
  return paths.flatMap((path) => {
    const whole = resolve(cwd, path);
    const isNamed = several && statSync(path, { throwIfNoEntry: false })?.isDirectory();
    const of = host ?? (isNamed ? basename(whole) : hostname());
    return traceFiles([whole]).map((file) => ({ path: file, host: of }));
  });
}

/**
 * The processes of a trace file; none while it is still empty.
 * @throws UserError when it cannot be read, or is not a trace
 */
export function survey({ path, host }: FleetFile): Surveyed[] {
  const file = openFile(path);
  try {
    if (!hasBegun(file)) return [];
    const { processes } = openTrace(file.source);
    return processes.map(({ info, length, source }, index) => ({
      id: traceId(info),
      path,
      index,
      alone: processes.length === 1,
      partition: partitionOf(info, host),
      build: info.build,
      executable: /[\\/]/.test(info.executable) ? resolve(info.directory, info.executable) : undefined,
      began: info.startWall,
      bytes: length,
      running: source.live !== undefined,
    }));
  } finally {
    file.close();
  }
}

/** The part of a trace that is of one process. @throws UserError when it is no longer there */
export function sourceOf(source: ByteSource, { path, index, alone }: Surveyed): ByteSource {
  if (alone) return source;
  const process: ProcessTrace | undefined = openTrace(source).processes[index];
  if (process === undefined)
    throw new UserError(`${path} was changed while it was read`, "export it again", ExitCode.data);
  return sliceSource(source, process.base, process.length);
}
