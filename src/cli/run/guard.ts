/**
 * A word on standard error where something ends gotrace while it computes. Decoding does not return to Node's event loop, so
 * no handler of a signal would run, and none ever does for SIGKILL or exhausted memory. A shell waits beside us instead: it
 * reads from a pipe that only our end closes.
 */

import { spawn } from "node:child_process";
import type { Socket } from "node:net";

const SCRIPT = `trap '' HUP INT QUIT TERM; read -r _; printf '%s\\n' "$1" >&2`;

/**
 * Has `message` printed if gotrace ends before the guard is lifted.
 * @returns lifts the guard
 */
export function guard(message: string): () => void {
  if (process.platform === "win32") return () => undefined;
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "sh", message], { stdio: ["pipe", "ignore", "inherit"] });
  // A system without a shell goes without the message.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
  return () => {
    shell.kill("SIGKILL");
    shell.stdin.destroy();
  };
}
