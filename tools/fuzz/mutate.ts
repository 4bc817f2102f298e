/** Bytes that were sound, changed: what a broken client, a cut transfer or an attacker makes of them. */
import type { Chance } from "./random.js";

/** Pieces that readers of mail, diffs and C have stumbled over. */
const PIECES = [
  "\0",
  "\r",
  "\r\n",
  "\n",
  "\n\n",
  "\u001b]0;x\u0007",
  "\u202e",
  "\ufeff",
  "\xff\xfe",
  "From nobody Thu Jan  1 00:00:00 1970\n",
  "--- a/x\n+++ b/x\n",
  "@@ -1,999999999 +1,0 @@\n",
  "@@ -0,0 +1,2147483648 @@",
  "diff --git a/../../x b/../../x\n",
  "\\ No newline at end of file\n",
  "GIT binary patch\n",
  "> ",
  "Content-Type: multipart/mixed; boundary=x\n",
  "Content-Transfer-Encoding: base64\n",
  "=?utf-8?B?",
  "-- \n",
  "/*",
  "*/",
  '"',
  "'",
  "{",
  "}",
  "(",
  ")",
  "#if 0\n",
  "#else\n",
  "#endif\n",
  "\\\n",
  "goto out;\n",
  "out:\n",
  "case 1:\n",
  "spin_lock(&x->lock);\n",
  "spin_unlock(&x->lock);\n",
  "guard(mutex)(&x->lock);\n",
  "?:",
  "$",
];

/** A changed copy: one to eight changes, each of one of seven kinds. `other` is bytes to cross with. */
export function mutate(bytes: Buffer, other: Buffer, c: Chance): Buffer {
  let out = bytes;
  for (let left = 1 + c.below(8); left > 0; left--) out = change(out, other, c);
  return out.length > MAX ? out.subarray(0, MAX) : out;
}

/** Inputs grow when they repeat themselves; longer ones find nothing that shorter ones do not. */
const MAX = 512 * 1024;

function change(bytes: Buffer, other: Buffer, c: Chance): Buffer {
  const at = c.below(bytes.length + 1);
  const length = 1 + c.below(c.once(4) ? 4000 : 40);
  const piece = bytes.subarray(at, at + length);
  const put = (from: number, to: number, what: Buffer): Buffer =>
    Buffer.concat([bytes.subarray(0, from), what, bytes.subarray(to)]);
  switch (c.below(7)) {
    case 0:
      return put(at, at + length, Buffer.alloc(0));
    case 1:
      return put(at, at, Buffer.from(c.pick(PIECES), c.once(3) ? "latin1" : "utf8"));
    case 2:
      return put(at, at, Buffer.concat(Array.from({ length: 1 + c.below(c.once(10) ? 300 : 4) }, () => piece)));
    case 3:
      return put(at, at + 1, Buffer.from([c.below(256)]));
    case 4: {
      const from = c.below(other.length + 1);
      return put(at, at + length, other.subarray(from, from + length));
    }
    case 5: {
      const to = c.below(bytes.length + 1);
      return Buffer.concat([put(at, at + length, Buffer.alloc(0)).subarray(0, to), piece, bytes.subarray(to)]);
    }
    default:
      return bytes.subarray(0, at);
  }
}
