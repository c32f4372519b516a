import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { unpackedSize, unpackedText } from "../../../../cli/audit/graph/packed-body.ts";

const LARGE = JSON.stringify(Array.from({ length: 60_000 }, (_, index) => `ä${index}€`));
const packed = gzipSync(LARGE);

/** In memory that begins before it, as a piece of something larger. */
function bodyOf(bytes: Buffer, isGzip = true) {
  const all = new Uint8Array(bytes.length + 7);
  all.set(bytes, 7);
  return { bytes: all.subarray(7), isGzip };
}

test("what is packed is unpacked whole, and anything else is taken as it is", () => {
  for (const text of [LARGE, "{}", "", LARGE.repeat(12)]) {
    for (const body of [bodyOf(gzipSync(text)), bodyOf(Buffer.from(text), false)]) {
      assert.ok(unpackedText(body) === text);
      assert.equal(unpackedSize(body), Buffer.byteLength(text));
    }
  }
  assert.equal(unpackedText(bodyOf(Buffer.alloc(0))), "");
});

test("what is cut off, changed or not packed at all is told from a text", () => {
  const wrongLength = Buffer.from(packed);
  wrongLength.writeUInt32LE(1, wrongLength.length - 4);
  const broken = [
    packed.subarray(0, -100),
    packed.subarray(0, 3),
    Buffer.from(packed).fill(7, 5000, 5100),
    Buffer.from("<html>"),
    wrongLength,
  ];
  for (const bytes of broken) assert.equal(unpackedText(bodyOf(bytes)), undefined);
});
