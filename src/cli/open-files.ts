/**
 * Regular files that stay readable without each holding a descriptor: a report may read thousands of traces, and systems
 * allow a process a few hundred open files. Those read least recently are closed, and opened again when they are read.
 */

import { closeSync, fstatSync, openSync } from "node:fs";
import { ExitCode, messageOf, UserError } from "../base/errors.js";

/** The most files that are open at a time. */
const OPEN_MAX = 200;

/** Open files, those read least recently first. */
const recent = new Set<RegularFile>();

/** A regular file. While few files are open it is so too, and can be read even if it was removed. */
export class RegularFile {
  private opened: number | undefined;
  private readonly identity: string;

  /** @param descriptor of the file, which it closes when it needs to */
  constructor(
    private readonly path: string,
    descriptor: number,
  ) {
    this.identity = identityOf(descriptor);
    this.keep(descriptor);
  }

  /** Valid until another file is read. @throws UserError when the file cannot be opened again */
  get descriptor(): number {
    if (this.opened !== undefined) {
      recent.delete(this);
      recent.add(this);
      return this.opened;
    }
    const descriptor = reopen(this.path);
    if (identityOf(descriptor) !== this.identity) {
      closeSync(descriptor);
      throw new UserError(`${this.path} was replaced while it was read`, "read it again", ExitCode.noInput);
    }
    return this.keep(descriptor);
  }

  close(): void {
    recent.delete(this);
    if (this.opened !== undefined) closeSync(this.opened);
    this.opened = undefined;
  }

  private keep(descriptor: number): number {
    this.opened = descriptor;
    recent.add(this);
    const [first] = recent;
    if (recent.size > OPEN_MAX) first.close();
    return descriptor;
  }
}

function reopen(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    const advice = "leave the traces where they are until the report is written";
    throw new UserError(`cannot read ${path} again: ${messageOf(error)}`, advice, ExitCode.noInput);
  }
}

function identityOf(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `${dev} ${ino}`;
}
