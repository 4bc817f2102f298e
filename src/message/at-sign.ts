/**
 * Undoes what archives do to the `@` of anything that looks like an address: Mailman 2's pipermail writes every
 * `name@host` as `name at host`, in trailers, in MAINTAINERS entries, and in device tree nodes inside diffs. What was
 * an `@` is told from the English word by what stands around it; when in doubt the text stays.
 */

/** The pattern that pipermail replaces (Mailman/Archiver/HyperArch.py obscures `[-+,.\w]+@[-+.\w]+`), replaced. */
const OBSCURED = /([-+,.\w]+) at ([-+.\w]+)/g;

/** Words that stand before an English "at" in front of a host name. */
const PROSE = new Set(
  "a an the is are was were be been look looks looking looked available found find hosted lives live located see tree trees repo repository archive archives posted and or not them it this that git code branch stored kept documented described mentioned pointed arrive arrived start started starts here there up down out me us you him her work works working mail list website site docs documentation downloaded download fetch fetched clone cloned pull pushed published source sources maintained bugzilla issue reported online".split(
    " ",
  ),
);

/** Endings of file names that look like top-level domains. */
const FILE_ENDINGS = new Set(
  "txt rst dts dtsi yaml yml py sh mk pl html htm json patch diff gz xz tar cfg conf ld lds inc config log md cc cpp hpp rs tc asm bin elf dtb img ko so xml csv".split(
    " ",
  ),
);

/** Gives back the `@` of addresses, message ids, device tree nodes and assembler operands. */
export function restoreAtSigns(text: string): string {
  if (!text.includes(" at ")) return text;
  return text.replace(OBSCURED, (whole: string, left: string, right: string, offset: number) =>
    wasAtSign(left, right, text, offset, offset + whole.length) ? `${left}@${right}` : whole,
  );
}

function wasAtSign(left: string, right: string, text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? "\n";
  const after = text[end] ?? "\n";
  // <user at host>, <id at host>: whole within angle brackets.
  if (before === "<" && after === ">") return true;
  // .type f, at function and .section x, "ax", at progbits of assembler sources.
  if (left.endsWith(",") && /^(?:function|object|progbits|nobits|note|gnu_\w+)$/.test(right)) return true;
  // Device tree: serial at 10010000 { and paths such as /soc/serial at 10010000.
  if (/^[0-9a-f]+$/.test(right))
    return (
      /^(?:,[0-9a-f]+)?\s?\{/.test(text.slice(end, end + 24)) || (before === "/" && !/\s/.test(text[start - 2] ?? " "))
    );
  const host = right.replace(/[.,]+$/, "");
  if (left === "root" && after === ":") return true;
  if (!isHost(host)) return false;
  // An address or a message id in the path of an archive's link.
  if (before === "/") return true;
  // An entry of MAINTAINERS: a tab stands before it, no sentence.
  if (before === "\t") return true;
  return after !== "/" && !PROSE.has(left.toLowerCase()) && !left.endsWith(",") && !/^[.,]/.test(left);
}

/** Whether a name ends in what can be a top-level domain and not in the ending of a file. */
function isHost(name: string): boolean {
  const dot = name.lastIndexOf(".");
  const ending = name.slice(dot + 1);
  return (
    dot > 0 &&
    /^[A-Za-z]{2,}$/.test(ending) &&
    !FILE_ENDINGS.has(ending.toLowerCase()) &&
    !name.toLowerCase().startsWith("www.")
  );
}
