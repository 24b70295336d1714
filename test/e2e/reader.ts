/** Runs commands that read traces in a thread, which has them loaded: a process of Node takes ten times as long to start. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { main } from "../support/bundle.js";
import type { Options, Result } from "./support.js";

const commands = ["analyze", "calls", "diff", "report", "requests", "stats", "summary"];

/** Whether a command reads a trace that is there, and needs no process of its own. Threads cannot change the directory. */
export function onlyReads([command, ...words]: readonly string[], { cwd, input }: Options): boolean {
  return (
    commands.includes(command) &&
    input === undefined &&
    !words.some((word) => /^--?C(=|$)/.test(word)) &&
    words.some((word) => /\.(gotrace|trace)$/.test(word) && existsSync(resolve(cwd, word)))
  );
}

const { port1: port, port2 } = new MessageChannel();
const done = new Int32Array(new SharedArrayBuffer(4));
let thread: Worker | undefined;

/** Runs such a command as a process would. */
export function read(args: readonly string[], { cwd, env }: Options): Result {
  if (thread === undefined) {
    const workerData = { main, port: port2, done };
    thread = new Worker(resolve(import.meta.dirname, "reader.mjs"), { workerData, transferList: [port2] });
    thread.unref();
  }
  const here = process.cwd();
  process.chdir(cwd);
  try {
    const defined = Object.entries({ ...process.env, PWD: cwd, ...env }).filter(([, value]) => value !== undefined);
    Atomics.store(done, 0, 0);
    port.postMessage({ args, env: Object.fromEntries(defined) });
    if (Atomics.wait(done, 0, 0, 100_000) === "timed-out") return { code: -1, stdout: "", stderr: "" };
    return receiveMessageOnPort(port)!.message;
  } finally {
    process.chdir(here);
  }
}
