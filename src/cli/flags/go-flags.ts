/** The flags of `go build` and `go test` that gotrace passes on, as `go help build` and `go help testflag` list them. */

import type { Flag } from "./parse.js";

const boolean = (names: string): Flag[] => names.split(" ").map((name) => ({ name, go: true, help: "" }));
const valued = (names: string): Flag[] =>
  names.split(" ").map((name) => ({ name, go: true, value: "VALUE", help: "" }));

/** Flags of every command that builds. `-C` is missing because gotrace handles it. */
export const buildFlags: readonly Flag[] = [
  ...boolean("a asan buildvcs cover linkshared modcacherw msan race trimpath work x"),
  ...valued(
    "asmflags buildmode compiler covermode coverpkg gccgoflags gcflags installsuffix ldflags mod modfile overlay p pgo pkgdir tags toolexec",
  ),
];

/** Additional flags of `go test`. `-o` is missing: before the package it is gotrace's own. */
export const testFlags: readonly Flag[] = [
  ...boolean("artifacts benchmem c failfast fullpath i json short"),
  ...valued(
    "bench benchtime blockprofile blockprofilerate count coverprofile cpu cpuprofile exec fuzz fuzzminimizetime fuzztime list memprofile memprofilerate mutexprofile mutexprofilefraction outputdir parallel run shuffle skip timeout trace vet",
  ),
];
