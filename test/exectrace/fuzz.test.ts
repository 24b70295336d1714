/**
 * Damaged traces give events, a warning, or a TraceError, and nothing else. For a longer run: npm run fuzz:exectrace.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { damaged, randomBelow } from "./mutate.js";
import { readDamaged } from "./read-damaged.js";

const folder = resolve(import.meta.dirname, "../../testdata/exectrace");
const corpus = readdirSync(folder)
  .filter((name) => name.endsWith(".trace.gz"))
  .map((name) => gunzipSync(readFileSync(resolve(folder, name))));

test("300 damaged traces", () => {
  const below = randomBelow(20260707);
  const outcomes = { sound: 0, cut: 0, refused: 0 };
  for (let run = 0; run < 300; run++) outcomes[readDamaged(damaged(corpus, below), below)]++;
  expect(Math.min(outcomes.sound, outcomes.cut, outcomes.refused)).toBeGreaterThan(0);
});
