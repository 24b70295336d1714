import { expect, test } from "vitest";
import { ownFrame } from "../../src/base/packages.js";

const cache = "/home/me/go/pkg/mod";
const leaf = { function: "syscall.fsync", file: "/usr/local/go/src/syscall/zsyscall_linux_amd64.go" };
const libc = { function: "modernc.org/libc.___syscall_cp", file: `${cache}/modernc.org/libc@v1.80.1/syscall_musl.go` };
const trimmed = {
  function: "github.com/go-chi/chi/v5.(*Mux).ServeHTTP",
  file: "github.com/go-chi/chi/v5@v5.5.0/mux.go",
};
const vendored = { function: "github.com/lib/pq.(*conn).send", file: "/src/shop/vendor/github.com/lib/pq/conn.go" };
const own = { function: "example.com/shop/internal/db.(*Store).Insert", file: "/src/shop/internal/db/db.go" };
const main = { function: "main.main", file: "C:\\shop\\main.go" };

test("one's own code comes before that of dependencies, and that before the standard library", () => {
  expect(ownFrame([leaf, libc, trimmed, vendored, own, main])).toBe(own);
  expect(ownFrame([leaf, vendored, main])).toBe(main);
  expect(ownFrame([leaf, libc, trimmed])).toBe(libc);
  expect(ownFrame([leaf])).toBe(leaf);
  expect(ownFrame([])).toBeUndefined();
});
