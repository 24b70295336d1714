/**
 * Prints a message if gotrace is ended while it decodes a trace. Decoding does not return to Node's event loop, so no
 * signal handler would run, and none ever runs for SIGKILL or exhausted memory. So a shell waits in the background: it
 * reads from a pipe that closes when gotrace ends.
 */

import { spawn } from "node:child_process";
import type { Socket } from "node:net";

const SCRIPT = `trap '' HUP INT QUIT TERM; read -r _; printf '%s\\n' "$1" >&2`;

/**
 * Prints `message` on standard error if gotrace ends before the guard is lifted. Does nothing on Windows.
 * @returns a function that lifts the guard
 */
export function guard(message: string): () => void {
  if (process.platform === "win32") return () => undefined;
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "sh", message], { stdio: ["pipe", "ignore", "inherit"] });
  // Without a shell there is no message.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
  return () => {
    shell.kill("SIGKILL");
    shell.stdin.destroy();
  };
}
