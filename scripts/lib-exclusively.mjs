// One process at a time makes dist/bin: a slower one must not put its older files over those of another.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs `work` when no other process runs it for this root. A holder that was killed does not hold it any more. */
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

/** The lock appears with its holder's number in it, in one step. */
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

/** Of several that find a dead holder only one takes its lock away; what it took by mistake it puts back. */
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
