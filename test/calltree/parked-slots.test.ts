/** Goroutines whose parent is missing from the trace, or appears later. */
import { expect, test } from "vitest";
import { buildForest } from "../support/calltrace/build-forest.js";
import { fromText } from "../support/calltrace/from-text.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { grow, outline } from "./script.js";

test("tests one after the other on one g, their subtests on another, and a parent that is not in the trace", () => {
  const header = "process\n  version 2\n  headerSize 4096\n  startTicks 0\n  startNano 0\n  defsHead 4096";
  const trace = `${header}
defs size=192 slot=0 seq=0 ticks=0 nano=0
  function 1 "p.TestA" "a_test.go" 1
  function 2 "p.TestA.func1" "a_test.go" 2
  function 3 "p.TestB" "a_test.go" 5
  function 4 "p.TestB.func1" "a_test.go" 6
events size=128 slot=0 seq=0 ticks=1000 nano=1000
  begin delta=0 goid=10 parentGoid=1 spawnRef=0
  enter4 id=1 delta=0
  exit2 delta=3000
  begin delta=1000 goid=12 parentGoid=1 spawnRef=0
  enter4 id=3 delta=0
  exit2 delta=3000
events size=128 slot=1 seq=0 ticks=2000 nano=2000
  begin delta=0 goid=11 parentGoid=10 spawnRef=0
  enter4 id=2 delta=0
  exit2 delta=1000
  begin delta=3000 goid=13 parentGoid=12 spawnRef=0
  enter4 id=4 delta=0
  exit2 delta=1000
`;
  expect(outline(buildForest(memorySource(fromText(trace))))).toBe(`go~ p.TestA 1 3/3
  go~ p.TestA.func1 1 1/1
go~ p.TestB 1 3/3
  go~ p.TestB.func1 1 1/1`);
});

test("of slots that wait for one another the earliest goes on, the others then find their parents", () => {
  // A child's first event may come before its parent's first: g10 is such a child, and holds up its slot until g13 on
  // the other one has begun, which waits for g11 on the first.
  const round = (at: number, id: number) => `
    ${at}       g${id}<g${id + 3}@1 { main.early${id}
    ${at + 5}   g${id} }
    ${at + 60}  g${id + 1}@1 { main.middle${id}
    ${at + 70}  g${id + 2}<g${id + 1}@2 { main.under${id}
    ${at + 80}  g${id + 2} }
    ${at + 90}  g${id + 1} }
    ${at + 100} g${id + 3}@2 { main.late${id}
    ${at + 110} g${id + 3} }`;
  const forest = grow(round(0, 10) + round(200, 20) + round(400, 30));
  expect(outline(forest)).toBe(
    [10, 20, 30]
      .map(
        (id) => `go~ main.early${id} 1 5/5
go~ main.middle${id} 1 30/30
  go~ main.under${id} 1 10/10
go~ main.late${id} 1 10/10`,
      )
      .join("\n"),
  );
});
