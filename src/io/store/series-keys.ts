/** What versions of a series know each other by, as src/thread/versions.ts compares them. */
import { sql as raw, type Transaction } from "kysely";
import { parseSubject } from "../../message/subject.js";
import { plainTitle } from "../../thread/versions.js";
import type { SeriesRecord } from "../../watch/records.js";
import { threadOf } from "./mails.js";
import { toSeries } from "./rows.js";
import type { SeriesRow, Sql, Tables } from "./tables.js";
import { nameOf } from "./text.js";
import { chunks, compare } from "./transact.js";

/** Titles of patches that a series is found by. */
const MAX_TITLES = 200;

/** Mails of a thread among which versions are looked for. */
const MAX_THREAD = 1000;

/** The keys of a series, strongest first. */
export function keysOf(series: Pick<SeriesRow, "title" | "author" | "change_id">, titles: readonly string[]): string[] {
  return [...new Set(Object.values(keyGroups(series, titles)).flat())];
}

function keyGroups(series: Pick<SeriesRow, "title" | "author" | "change_id">, titles: readonly string[]) {
  const { name, address } = splitAuthor(series.author);
  const key = (kind: string, value: string | null): string[] =>
    value === null || value === "" ? [] : [nameOf(`${kind} ${value}`)];
  return {
    change: key("change", series.change_id),
    title: key("title", plainTitle(series.title)),
    patches: titles.slice(0, MAX_TITLES).flatMap((title) => key("patch", plainTitle(title))),
    author: [...key("author", address), ...key("name", name)],
  };
}

/** "Name <address>": people change the one or the other. */
function splitAuthor(author: string): { name: string; address: string } {
  const open = author.lastIndexOf("<");
  if (open < 0) return { name: "", address: author.trim().toLowerCase() };
  return {
    name: author.slice(0, open).trim().toLowerCase(),
    address: author
      .slice(open + 1)
      .replace(/>.*$/s, "")
      .trim()
      .toLowerCase(),
  };
}

/** Titles of the patches among these mails. */
export async function memberTitles(db: Transaction<Tables>, mails: readonly string[]): Promise<string[]> {
  const titles: string[] = [];
  for (const some of chunks(mails)) {
    const query = db.selectFrom("mails").select("subject").where("id", "in", some).where("kind", "=", "patch");
    for (const { subject } of await query.orderBy("id").execute()) titles.push(parseSubject(subject).title);
  }
  return titles;
}

/**
 * Store.candidates: series that may be earlier versions of one, and as many that may be later ones. The strongest likeness is
 * asked first, so that a busy author's many series do not crowd out the one with the same title.
 */
export async function candidatesFor(
  sql: Sql,
  series: SeriesRecord,
  titles: readonly string[],
  limit: number,
): Promise<SeriesRecord[]> {
  const groups = keyGroups({ ...series, change_id: series.changeId }, titles);
  const found = new Set<string>();
  const sides = { "<": 0, ">": 0 };
  for (const keys of [groups.change, groups.title, groups.patches, "thread" as const, groups.author]) {
    const names = keys === "thread" ? await inThread(sql, series) : keys;
    for (const side of ["<", ">"] as const) {
      if (sides[side] >= limit) continue;
      for (const key of await versions(sql, series, keys === "thread" ? "members" : "keys", names, side, limit)) {
        if (sides[side] >= limit || found.has(key)) continue;
        found.add(key);
        sides[side]++;
      }
    }
  }
  const rows: SeriesRow[] = [];
  for (const some of chunks([...found]))
    rows.push(...(await sql.db.selectFrom("series").selectAll().where("key", "in", some).execute()));
  rows.sort((a, b) => compare(b.sent ?? "", a.sent ?? "") || compare(b.key, a.key));
  return toSeries(sql.db, rows);
}

function inThread(sql: Sql, series: SeriesRecord): Promise<string[]> {
  return threadOf(sql, series.members.map(nameOf), MAX_THREAD);
}

/** Keys of lower or higher versions that have one of these names, those sent nearest to this one on the right side first. */
async function versions(
  sql: Sql,
  one: SeriesRecord,
  by: "keys" | "members",
  names: readonly string[],
  side: "<" | ">",
  limit: number,
): Promise<string[]> {
  const found: string[] = [];
  const sent = one.sent ?? "9999";
  for (const some of chunks(names)) {
    const having =
      by === "keys"
        ? sql.db.selectFrom("series_keys").select("series").where("key", "in", some)
        : sql.db.selectFrom("series_members").select("series").where("mail", "in", some);
    const query = sql.db
      .selectFrom("series")
      .select("key")
      .where("key", "in", having)
      .where("version", side, one.version)
      .where("key", "<>", nameOf(one.key))
      .orderBy(raw`case when coalesce(sent, '') <= ${sent} then 0 else 1 end`, side === "<" ? "asc" : "desc")
      .orderBy(raw`coalesce(sent, '')`, side === "<" ? "desc" : "asc")
      .orderBy("key", side === "<" ? "desc" : "asc");
    for (const { key } of await query.limit(limit).execute()) found.push(key);
  }
  return found;
}
