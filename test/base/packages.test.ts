import { expect, test } from "vitest";
import { isStandard } from "../../src/base/packages.js";

test.each([
  ["sync.(*Mutex).Lock", "/usr/local/go/src/sync/mutex.go", true],
  ["sync.(*Mutex).Lock", "sync/mutex.go", true],
  // Written in the runtime, for other packages.
  ["time.Sleep", "/usr/local/go/src/runtime/time.go", true],
  ["internal/sync.runtime_Semrelease", "/usr/local/go/src/runtime/sema.go", true],
  ["sync.runtime_notifyListWait", "/usr/local/go/src/internal/runtime/x.go", true],
  ["gogo", "", true],
  ["main.main", "/home/me/main.go", false],
  ["example.com/log.Print", "/home/me/log/log.go", false],
  // A module of the user's whose name is that of a package of Go's.
  ["log.Print", "/home/me/log/print.go", false],
])("%s in %s: %s", (name, file, expected) => {
  expect(isStandard({ function: name, file })).toBe(expected);
});
