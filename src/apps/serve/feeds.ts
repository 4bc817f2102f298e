/** The feed of a list: what the store has of it, with ids that stay the same. */
import { createHash } from "node:crypto";
import { judgedAt, seenSeries } from "../../io/store/seen-series.js";
import { renderFeed } from "../../report/html/dashboard/feed.js";
import type { Dashboard } from "./dashboard.js";
import { ROWS } from "./dashboard.js";

/** The feed as text; null for a list that nobody knows. `origin`: scheme and host that links begin with. */
export async function feedOf(list: string, origin: string, { store, config }: Dashboard): Promise<string | null> {
  const known = config.sources.some(({ name }) => name === list);
  const any = await seenSeries(store.sql, list, null, 1);
  if (!known && (any === null || any.rows.length === 0)) return null;
  const series = (await seenSeries(store.sql, list, null, ROWS, true))?.rows ?? [];
  const times = await judgedAt(
    store.sql,
    series.map(({ key }) => key),
  );
  const entries = series.map((one) => ({
    series: one,
    judgedAt: times.get(one.key) ?? EPOCH,
    id: urnOf(`series\0${one.key}`),
  }));
  return renderFeed({ list, id: urnOf(`list\0${list}`), origin, updated: EPOCH, entries });
}

const EPOCH = "1970-01-01T00:00:00.000Z";

/** A name made of a text, as a UUID of version 8 (RFC 9562): the same text has the same one everywhere. */
function urnOf(text: string): string {
  const hex = createHash("sha256").update(`patchwitness\0${text}`).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
