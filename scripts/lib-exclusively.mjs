// A lock so that only one process at a time makes dist/bin: a slow one must not overwrite the newer files of another.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs `work` once no other process runs it for this root. The lock of a process that was killed is released. */
export async function exclusively(root, work) {
  const lock = join(root, "dist/bundle.lock");
  mkdirSync(join(root, "dist"), { recursive: true });
  while (!take(lock)) await sleep(20);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Creates the lock file atomically, with its holder's pid in it. Returns whether this process now holds the lock. */
function take(lock) {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    removeIfDead(lock, mine);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes the lock of a dead holder. Of several processes only one succeeds; a lock taken by mistake is put back. */
function removeIfDead(lock, mine) {
  const holder = holderOf(lock);
  if (holder === undefined || isAlive(holder)) return;
  const taken = `${mine}.old`;
  try {
    renameSync(lock, taken);
  } catch {
    return;
  }
  if (holderOf(taken) !== holder) renameSync(taken, lock);
  else rmSync(taken);
}

function holderOf(path) {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
