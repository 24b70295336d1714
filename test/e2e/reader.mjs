// A thread that runs commands of dist/bin, one after the other; test/e2e/reader.ts starts it. It loads their modules once.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { workerData } from "node:worker_threads";

const { main, port, done } = workerData;
let runs = 0;

port.on("message", async ({ args, env }) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, main, ...args];
  process.exitCode = 0;
  const texts = ["stdout", "stderr"].map(collect);
  // The query makes Node evaluate this module again, but not those that it imports.
  await import(`${pathToFileURL(resolve(main))}?${runs++}`);
  const [stdout, stderr] = texts.map((text) => text());
  port.postMessage({ code: process.exitCode, stdout, stderr });
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
});

/** Collects what is written to a stream of the process. @returns a function that gives the text so far */
function collect(name) {
  const chunks = [];
  const stream = process[name];
  stream.removeAllListeners("error");
  stream.write = (chunk, ...more) => {
    chunks.push(Buffer.from(chunk));
    const written = more.at(-1);
    if (typeof written === "function") process.nextTick(written);
    return true;
  };
  return () => Buffer.concat(chunks).toString();
}
