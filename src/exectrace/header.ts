/** The header of a trace, its first 16 bytes: `go 1.NN trace` and zeros. */
import { TraceError } from "./errors.js";
import { HEADER_SIZE, VERSIONS } from "./spec.js";

const NEWEST = VERSIONS.at(-1)!;

/** The Go releases that write a version, as text. Go 1.24 writes the header of 1.23; nothing else tells them apart. */
export function releaseOf(version: number): string {
  return version === 23 ? "1.23 or 1.24" : `1.${version}`;
}

/** Whether a file claims to be an execution trace of any Go release. @param bytes its beginning, 16 bytes or more */
export function hasHeader(bytes: Uint8Array): boolean {
  return /^go 1\.\d+ trace/.test(String.fromCharCode(...bytes.subarray(0, HEADER_SIZE)));
}

/**
 * The version in a header: 22 for Go 1.22.
 *
 * @param bytes the first 16 bytes of the file, or all of a shorter one
 * @throws TraceError when it is not a trace, or one of a release that gotrace does not read
 */
export function readHeader(bytes: Uint8Array): number {
  const text = String.fromCharCode(...bytes.subarray(0, HEADER_SIZE));
  const match = /^go 1\.(\d+) trace\0+$/.exec(text);
  if (text.length < HEADER_SIZE || !match) {
    const what = text.length === 0 ? "the file is empty" : "this is not an execution trace of Go";
    throw new TraceError("foreign", 0, what, advice(text));
  }
  const version = Number(match[1]);
  if (VERSIONS.includes(version)) return version;
  if (version < VERSIONS[0]) {
    throw new TraceError(
      "old",
      0,
      `the trace was written in the format of Go 1.${version}; gotrace reads traces of Go 1.22 and later`,
      "Record it with a program built by Go 1.22 or later; old traces can be seen with `go tool trace`.",
    );
  }
  throw new TraceError(
    "new",
    0,
    `the trace was written in the format of Go 1.${version}; this gotrace reads formats up to Go 1.${NEWEST}`,
    "Update gotrace, or record the trace with an older Go.",
  );
}

function advice(text: string): string {
  if (text.startsWith("\x1f\x8b")) return "It is compressed: unpack it with gunzip first.";
  if (text.startsWith("gotrace\n")) return "It is a call trace of gotrace: use `gotrace report` or `gotrace stats`.";
  return "Traces are made by `go test -trace FILE`, runtime/trace.Start, /debug/pprof/trace and the flight recorder.";
}
