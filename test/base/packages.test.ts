/** Which code is the user's. */
import { expect, test } from "vitest";
import { isStandard, packageOf } from "../../src/base/packages.js";

const frame = (name: string, file: string) => ({ pc: 0, function: name, file, line: 1 });

test("the import path in a function's name", () => {
  expect(packageOf("main.main")).toBe("main");
  expect(packageOf("net/http.(*conn).serve")).toBe("net/http");
  expect(packageOf("example.com/a.b/c.(*T[...]).M.func1")).toBe("example.com/a.b/c");
  expect(packageOf("gopkg.in/yaml%2ev3.Unmarshal")).toBe("gopkg.in/yaml.v3");
  expect(packageOf("slices.Sort[go.shape.[]example.com/x.T]")).toBe("slices");
  expect(packageOf("memeqbody")).toBe("");
});

test.each([
  ["runtime.gopark", "/usr/local/go/src/runtime/proc.go", true],
  ["runtime.gopark", "runtime/proc.go", true],
  ["runtime.mapassign", "/usr/local/go/src/internal/runtime/maps/runtime.go", true],
  ["sync.runtime_notifyListWait", "C:/Program Files/Go/src/runtime/sema.go", true],
  ["vendor/golang.org/x/net/http/httpguts.F", "/usr/local/go/src/vendor/golang.org/x/net/http/httpguts/x.go", true],
  ["golang.org/x/net/http2.(*Transport).F", "/go/pkg/mod/golang.org/x/net@v0.1.0/http2/t.go", false],
  ["main.main", "/src/runtime/main.go", false],
  ["myapp/db.Query", "myapp/db/db.go", false],
  ["log.Print", "/home/me/log/log.go", false],
  ["log.Print", "/usr/lib/go/src/log/log.go", true],
  ["memeqbody", "/usr/local/go/src/internal/bytealg/equal_amd64.s", true],
])("%s in %s: %s", (name, file, standard) => {
  expect(isStandard(frame(name, file))).toBe(standard);
});
