/** A number of 53 bits for a text: two runs of FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv) from different starts. */
export function hash53(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b) ^ (b >>> 13);
  }
  return ((a >>> 0) + (b >>> 11) * 0x100000000).toString(36);
}
