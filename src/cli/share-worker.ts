/** The thread that replays a share of a large trace (reader-threads.ts has the other side). */
import { readSync } from "node:fs";
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type FromShare, type Line, replayShare, type ScanTask, type ToShare } from "../calltree/index.js";

const port = workerData as MessagePort;
const line: Line<FromShare, ToShare> = {
  send: (message, transfer = []) => port.postMessage(message, transfer),
  receive: () => receiveMessageOnPort(port)?.message,
};
port.once("message", (task: ScanTask) => {
  const { descriptor, start } = task.file;
  const read = (offset: number, into: Uint8Array) => readSync(descriptor, into, 0, into.length, start + offset);
  try {
    replayShare(line, task, { size: task.size, read });
  } finally {
    port.close();
  }
});
