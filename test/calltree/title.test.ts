import { expect, test } from "vitest";
import { processTitle, readRecording } from "../../src/calltree/index.js";
import { renderOtlp } from "../../src/export/otlp.js";
import { Names } from "../../src/export/titles.js";
import { renderTree } from "../../src/render/tree/tree.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { scripted } from "./script.js";

test("a process has one title, whatever machine it ran on and whatever shows it", () => {
  const title = (executable: string) => {
    const trace = scripted("0 g1 { main.main\n1000 g1 }", { header: { strings: { executable } } });
    const forest = buildForest([memorySource(trace), memorySource(trace)]);
    const [first] = [...renderTree(forest)].join("").match(/\S+(?= \(pid)/) ?? [];
    const otlp = Buffer.concat([...renderOtlp(readRecording(memorySource(trace)), { version: "1" })]).toString();
    const [, service] = /"service.name","value":\{"stringValue":"([^"]*)"/.exec(otlp) ?? [];
    return { tree: first, names: new Names(forest).title(0), otlp: service, title: processTitle(forest.processes[0]) };
  };
  const same = (name: string) => ({ tree: name, names: name, otlp: name, title: name });
  expect(title("/home/me/bin/shop")).toEqual(same("shop"));
  expect(title("C:\\Users\\me\\shop.test.exe")).toEqual(same("shop.test"));
});
