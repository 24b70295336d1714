/** Threads that read large traces together with the main one (share-worker.ts). */
import { availableParallelism } from "node:os";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Threads } from "../calltree/index.js";
import { resource } from "./resources.js";

/** More threads hardly read faster: all of them hear of each goroutine that starts. */
const MOST = 8;

/** @param from bytes of a trace from which on they are started, if not the usual number */
export function readerThreads(from?: number): Threads {
  return {
    most: Math.min(MOST, availableParallelism()),
    ...(from === undefined ? {} : { from }),
    start: () => {
      const { port1, port2 } = new MessageChannel();
      const worker = new Worker(resource("share-worker.js"), { workerData: port2, transferList: [port2] });
      // Where a thread fails, the others notice, and one reads the trace.
      worker.on("error", () => undefined);
      worker.unref();
      return {
        send: (message, transfer = []) => port1.postMessage(message, transfer),
        receive: () => receiveMessageOnPort(port1)?.message,
        close: () => {
          port1.close();
          void worker.terminate();
        },
      };
    },
  };
}
