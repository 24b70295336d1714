/** gzip compression piece by piece, as a generator instead of a stream. */
import { constants, crc32, deflateRawSync } from "node:zlib";

const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** The last deflate block: empty, fixed codes (RFC 1951). */
const LAST_BLOCK = Uint8Array.of(3, 0);

/**
 * Compresses pieces into one gzip member (RFC 1952). Each piece is compressed separately and flushed to a whole byte, so
 * pieces should be about 64 KiB. No name or time is stored: the same input gives the same bytes.
 */
export function* gzip(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield HEADER;
  let check = 0;
  let size = 0;
  for (const piece of pieces) {
    if (piece.length === 0) continue;
    check = crc32(piece, check);
    size = (size + piece.length) % 2 ** 32;
    yield deflateRawSync(piece, { finishFlush: constants.Z_SYNC_FLUSH });
  }
  yield LAST_BLOCK;
  const trailer = new Uint8Array(8);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, check, true);
  view.setUint32(4, size, true);
  yield trailer;
}
