/** Release tags of the kernel: their order, and which of them a series may have been made on. */

/** A tag as git lists it. `time` is when it was made, in seconds since 1970; null when that is not known. */
export interface TagRef {
  name: string;
  commit: string;
  time: number | null;
}

const VERSION = /^v(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:-rc(\d{1,3}))?$/;
const NEXT = /^next-(\d{4})(\d{2})(\d{2})$/;

/** Clocks of senders are wrong, and the Date of a mail is when it was written. Seconds. */
const LEEWAY = 24 * 60 * 60;

/** Of the daily linux-next so many are tried: a patch that applies to none of them was made on something older. */
const NEXT_TAGS = 2;

/** Number of a version tag's parts, a release after its candidates; null for a tag of another form. */
function versionOf(name: string): number[] | null {
  const match = VERSION.exec(name);
  if (match === null) return null;
  const [, major, minor, patch, candidate] = match;
  return [Number(major), Number(minor), Number(patch ?? 0), candidate === undefined ? Infinity : Number(candidate)];
}

/** Compares tag names, newer ones first: v6.12, v6.12-rc7, v6.11. Tags of another form come last, by code unit. */
export function compareTags(a: string, b: string): number {
  const [x, y] = [versionOf(a), versionOf(b)];
  if (x === null || y === null) return x === y ? (a < b ? 1 : a > b ? -1 : 0) : x === null ? 1 : -1;
  for (const [i, part] of x.entries()) if (part !== y[i]) return (y[i] ?? 0) > part ? 1 : -1;
  return 0;
}

/** The stable kernel that a subject's prefix names (`[PATCH 5.10]`, `[PATCH v6.6.y]`), as "5.10"; or null. */
export function stableLine(prefixes: readonly string[]): string | null {
  for (const word of prefixes) {
    const match = /^v?(\d{1,2}\.\d{1,3})(?:\.y|\.\d{1,3}|-stable)?$/i.exec(word);
    if (match !== null) return match[1] ?? null;
  }
  return null;
}

/**
 * The tags to try for a series, the newest first, at most `limit`: none from after it was sent; of the daily next- the last
 * two, before the versions; point releases of stable kernels only for a series that names the kernel.
 */
export function tagsFor(
  tags: readonly TagRef[],
  { date, prefixes, limit }: { date: string | null; prefixes: readonly string[]; limit: number },
): TagRef[] {
  const sent = Date.parse(date ?? "") / 1000;
  const known = tags.filter(({ time, name }) => !((time ?? nextTime(name) ?? Number.NaN) > sent + LEEWAY));
  const line = stableLine(prefixes);
  const versions = known.filter(({ name }) => {
    const version = versionOf(name);
    if (version === null) return false;
    return line === null ? version[2] === 0 : `${version[0]}.${version[1]}` === line;
  });
  const next = line === null ? known.filter(({ name }) => NEXT.test(name)) : [];
  next.sort((a, b) => (a.name < b.name ? 1 : -1));
  versions.sort((a, b) => compareTags(a.name, b.name));
  return [...next.slice(0, NEXT_TAGS), ...versions].slice(0, limit);
}

function nextTime(name: string): number | null {
  const match = NEXT.exec(name);
  if (match === null) return null;
  return Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / 1000;
}
