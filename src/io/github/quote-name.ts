/** Names in a diff as git writes them with core.quotePath on (git-config(1)). */

const ESCAPES: Readonly<Record<number, string>> = {
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
  34: '"',
  92: "\\",
};

const isPlain = (byte: number): boolean => byte >= 32 && byte < 127 && ESCAPES[byte] === undefined;

/** The name; in quotes, its bytes as octal, where it has more than plain ASCII. */
export function quoteName(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.every(isPlain)) return name;
  let out = "";
  for (const byte of bytes) {
    const short = ESCAPES[byte];
    if (short !== undefined) out += `\\${short}`;
    else out += isPlain(byte) ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `"${out}"`;
}

/** The name behind `---` or `+++`: a tab ends one that has a space. */
export const sideName = (quoted: string): string => (quoted.includes(" ") ? `${quoted}\t` : quoted);
