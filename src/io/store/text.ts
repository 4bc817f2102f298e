/** Text as both databases can hold it. Mail comes from strangers: any character, and names of any length. */
import { createHash } from "node:crypto";

/** PostgreSQL refuses an index entry above 2,704 bytes, and an entry may hold three names. Bytes. */
const MAX_NAME = 600;

/** PostgreSQL has no text with NUL, UTF-8 no half of a surrogate pair: both become U+FFFD. */
function storable(text: string): string {
  return /[\0\p{Surrogate}]/u.test(text) ? text.replace(/[\0\p{Surrogate}]/gu, "\uFFFD") : text;
}

/** A name (an id, a key, a place) that fits into an index: what is too long is cut, and told apart by a digest. */
export function nameOf(text: string): string {
  const name = storable(text);
  if (name.length <= MAX_NAME / 4 || Buffer.byteLength(name) <= MAX_NAME) return name;
  return `${storable(name.slice(0, 100))} sha256-${createHash("sha256").update(name).digest("hex")}`;
}

/** The parameters of a query as a driver takes them. */
export function storableAll(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) => (typeof value === "string" ? storable(value) : value));
}
