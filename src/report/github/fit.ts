/** Bodies that keep to a limit: GitHub refuses longer ones whole (65,536 characters; 64 KB of an annotation). */

/** Octets of a body, and so characters of it at the most. */
export const MAX_BODY = 60_000;

export const octets = (text: string): number => Buffer.byteLength(text, "utf8");

/** What stands between blocks: a blank line. */
export const GAP = "\n\n";

/** How many of `blocks`, from the first, fit into `room` octets; where not all do, `rest` octets stay free. */
export const fitCount = (blocks: readonly string[], room: number, rest: number, gap: string = GAP): number => {
  const sizes = blocks.map((block) => octets(block) + octets(gap));
  let all = 0;
  for (const size of sizes) all += size;
  if (all <= room) return blocks.length;
  let used = rest + octets(gap);
  const over = sizes.findIndex((size) => {
    used += size;
    return used > room;
  });
  return over < 0 ? blocks.length : over;
};

/** The blocks that fit, and in the place of the others what `rest` says of their number. */
export const fitting = (
  blocks: readonly string[],
  room: number,
  rest: (left: number) => string,
  gap: string = GAP,
): string[] => {
  const count = fitCount(blocks, room, octets(rest(blocks.length)), gap);
  return count === blocks.length ? [...blocks] : [...blocks.slice(0, count), rest(blocks.length - count)];
};

/**
 * The blocks as one body that ends with `tail`, which is always kept. Blocks that do not fit are left out, the later ones first,
 * which `rest` says in their place.
 */
export const bodyOf = (blocks: readonly string[], tail: readonly string[], rest: string): string => {
  const end = tail.filter((part) => part !== "").join(GAP);
  const wanted = blocks.filter((block) => block !== "");
  const kept = fitting(wanted, MAX_BODY - octets(end) - GAP.length, () => rest);
  return [...kept, ...(end === "" ? [] : [end])].join(GAP);
};

/** Text of at most `most` octets, no code point cut through. */
export const clipOctets = (text: string, most: number): string => {
  if (octets(text) <= most) return text;
  let used = 0;
  let end = 0;
  for (const char of text) {
    used += octets(char);
    if (used > most) break;
    end += char.length;
  }
  return text.slice(0, end);
};
