import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { gzip } from "../../src/base/gzip.js";

const packed = (...pieces: Uint8Array[]) => Buffer.concat([...gzip(pieces)]);

test("pieces come back as one member, small and large ones, none at all", () => {
  const large = new Uint8Array(1 << 20).map((_, i) => (i * i) % 251);
  expect(gunzipSync(packed())).toHaveLength(0);
  expect(gunzipSync(packed(Buffer.from("a"), new Uint8Array(0), Buffer.from("b"))).toString()).toBe("ab");
  const all = Buffer.concat([large, Buffer.from("end"), large]);
  expect(gunzipSync(packed(large, Buffer.from("end"), large)).equals(all)).toBe(true);
});

test("the check and the size hold what was written", () => {
  const bytes = packed(Buffer.from("abc"));
  bytes[bytes.length - 8] ^= 1;
  expect(() => gunzipSync(bytes)).toThrow("incorrect data check");
  const other = packed(Buffer.from("abc"));
  other[other.length - 4] ^= 1;
  expect(() => gunzipSync(other)).toThrow("incorrect length check");
});
