/** A digest for names that must come out the same on every run: 128-bit FNV-1a (Fowler, Noll, Vo; RFC 9923). Not for secrets. */

const PRIME = 0x0000000001000000000000000000013bn;
const OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const MASK = (1n << 128n) - 1n;

/** 32 hexadecimal digits for the UTF-8 bytes of `text`. */
export const digest = (text: string): string => {
  let hash = OFFSET;
  for (const byte of Buffer.from(text, "utf8")) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16).padStart(32, "0");
};
