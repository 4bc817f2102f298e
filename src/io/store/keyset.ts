/** Places in a list that is read page by page: the key of the last row that was shown, so that no page counts what came before it. */

/** No key is longer: three names of the store, escaped. */
const MAX_KEY = 8000;

export type KeyPart = string | number;

/** A key as it stands in an address. */
export function encodeKey(parts: readonly KeyPart[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The parts of a key, which are of these types; null for anything else that somebody wrote into an address. */
export function decodeKey(text: string, types: readonly ("string" | "number")[]): KeyPart[] | null {
  if (text.length > MAX_KEY || !/^[\w-]+$/.test(text)) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (!Array.isArray(parts) || parts.length !== types.length) return null;
    return parts.every((part, at) => typeof part === types[at] && (typeof part === "string" || isPlace(part)))
      ? parts
      : null;
  } catch {
    return null;
  }
}

const isPlace = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= 2_147_483_647;

/** The rows of a page out of one more than fit on it, and the key behind them. */
export function pageOf<Row, Shown>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly KeyPart[],
  show: (row: Row) => Shown,
): { rows: Shown[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown.map(show), next: rows.length > limit && last !== undefined ? encodeKey(keyOf(last)) : null };
}
