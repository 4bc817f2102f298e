/** Dates of mail (RFC 5322, 3.3 and 4.3) and of archive pages (asctime), read strictly: nonsense is no date, never now. */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Hours east of UTC of the zone names that mail still uses (RFC 5322, 4.3) and that archive pages print. */
const ZONES: Record<string, number> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  WET: 0,
  WEST: 1,
  BST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  MSK: 3,
  IST: 5.5,
  JST: 9,
  KST: 9,
  AEST: 10,
  AEDT: 11,
  NZST: 12,
  NZDT: 13,
  HST: -10,
  AKST: -9,
  AKDT: -8,
};

const MAIL =
  /^(?:[A-Za-z]{3,9}\.?\s*,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3,9})[\s-]+(\d{2,4})[\s,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*([+-]\d{4}|[+-]\d{2}:\d{2}|[A-Za-z]{1,5}))?(?:\s*[+-]\d{4})?$/;
const ASCTIME =
  /^(?:[A-Za-z]{3,9}\s*,?\s+)?([A-Za-z]{3,9})\s+(\d{1,2}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s+([+-]\d{4}|[A-Za-z]{1,5}))?\s+(\d{4})(?:\s+([+-]\d{4}))?$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/** The moment a date names as ISO 8601 in UTC, or null. A date without zone is taken as UTC. */
export function parseDate(value: string): string | null {
  if (value.length > 200) return null;
  const text = value
    .replace(/\([^()]*\)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const mail = MAIL.exec(text);
  if (mail !== null) {
    const [, day, month, year, hour, minute, second, zone] = mail;
    return moment(fullYear(year ?? ""), monthOf(month), day, hour, minute, second, zone);
  }
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) {
    const [, month, day, hour, minute, second, zone, year, offset] = asctime;
    return moment(Number(year), monthOf(month), day, hour, minute, second, offset ?? zone);
  }
  const iso = ISO.exec(text);
  if (iso === null) return null;
  const [, year, month, day, hour, minute, second, zone] = iso;
  return moment(Number(year), Number(month) - 1, day, hour, minute, second, zone);
}

function monthOf(name: string | undefined): number {
  return MONTHS.indexOf((name ?? "").slice(0, 3).toLowerCase());
}

/** RFC 5322, 4.3: two digits below 50 are of this century, other short years count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
}

function moment(
  year: number,
  month: number,
  ...[day, hour, minute, second, zone]: (string | undefined)[]
): string | null {
  const offset = zoneMinutes(zone);
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second ?? "0")];
  if (offset === null || month < 0 || month > 11 || year < 1970 || year > 2199) return null;
  if (h > 23 || m > 59 || s > 60 || d < 1) return null;
  // 30 February would silently become 1 or 2 March.
  if (d > (month === 1 && !isLeap(year) ? 28 : (DAYS[month] ?? 0))) return null;
  return new Date(Date.UTC(year, month, d) + ((h * 60 + m - offset) * 60 + s) * 1000).toISOString();
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Minutes east of UTC; an unknown name counts as UTC (RFC 5322, 4.3 says -0000), an impossible offset is null. */
function zoneMinutes(zone: string | undefined): number | null {
  if (zone === undefined) return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  if (!/^[+-]/.test(zone)) return (ZONES[zone.toUpperCase()] ?? 0) * 60;
  const digits = zone.slice(1).replace(":", "");
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  return hours > 14 || minutes > 59 ? null : sign * (hours * 60 + minutes);
}
