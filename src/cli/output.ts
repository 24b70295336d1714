/** Writing a report: to standard output (a terminal, a pipe, a file) or to the file of `-o`, in pieces. */

import { once } from "node:events";
import { closeSync } from "node:fs";
import { resolve } from "node:path";
import { WriteStream } from "node:tty";
import { writeFully } from "./files.js";
import { createFile } from "./record.js";

/** Where a report goes. */
export interface Output {
  /** Whether to use colours. */
  readonly colour: boolean;
  /** Columns of the terminal; undefined where nothing should be cut. */
  readonly width: number | undefined;
  /** Writes the pieces one after the other and closes the output. */
  readonly write: (pieces: Iterable<string>) => Promise<void>;
}

/**
 * Opens the output of a report.
 * @param file the value of `-o`, relative to `cwd`; `-` is standard output
 * @param toStderr use standard error where no file is given
 */
export function openOutput(file: string | undefined, cwd: string, toStderr: boolean): Output {
  if (file !== undefined && file !== "-") {
    const descriptor = createFile(resolve(cwd, file), "-o");
    const write = async (pieces: Iterable<string>) => {
      try {
        for (const piece of pieces) writeFully(descriptor, Buffer.from(piece));
      } finally {
        closeSync(descriptor);
      }
    };
    return { colour: false, width: undefined, write };
  }
  const stream = (toStderr ? process.stderr : process.stdout) as WriteStream;
  const terminal = stream.isTTY === true;
  return {
    colour: wantsColour(stream, process.env),
    width: terminal ? stream.columns : undefined,
    write: async (pieces) => {
      for (const piece of pieces) {
        if (stream.destroyed || stream.writableEnded) return;
        if (stream.write(piece)) continue;
        // A reader that went away is no failure of the program: its exit code stays.
        await Promise.race([once(stream, "drain"), once(stream, "close")]).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EPIPE") throw error;
        });
      }
    },
  };
}

/**
 * Whether to colour what goes to a stream, as Node decides it: FORCE_COLOR decides alone where it is set; else it takes
 * a terminal, and NO_COLOR and TERM=dumb say no.
 */
export function wantsColour(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR === undefined && stream.isTTY !== true) return false;
  // Node warns on standard error when both are set, and Node 20 takes an empty NO_COLOR for one (no-color.org does not).
  const { NO_COLOR, ...rest } = env;
  return WriteStream.prototype.getColorDepth(env.FORCE_COLOR === undefined && NO_COLOR ? env : rest) > 1;
}
