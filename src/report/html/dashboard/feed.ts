/** The Atom feed of a list (RFC 4287): an entry for each series in which something was found, the newest first. */
import { counted } from "../../wording.js";
import { html, type Markup } from "../markup.js";
import type { SeriesRow } from "./data.js";
import { feedHref, listHref, seriesHref } from "./links.js";

export interface FeedEntry {
  series: SeriesRow;
  /** When its last verdict was given. */
  judgedAt: string;
  /** `urn:uuid:…`, the same for as long as there is the series. */
  id: string;
}

export interface Feed {
  list: string;
  id: string;
  /** Scheme and host of this server. */
  origin: string;
  /** Where nothing was found yet. */
  updated: string;
  entries: FeedEntry[];
}

/** Characters that XML cannot have at all, beside those that escaping spells out. */
const NOT_IN_XML = /[\ufffe\uffff]/g;

const entry = ({ series, judgedAt, id }: FeedEntry, origin: string): Markup => html`<entry>
<id>${id}</id>
<title>${series.version === 1 ? "" : `v${series.version}: `}${series.title === "" ? "(no subject)" : series.title}</title>
<updated>${judgedAt}</updated>
<author><name>${series.author === "" ? "unknown" : series.author}</name></author>
<link rel="alternate" type="text/html" href="${origin}${seriesHref(series.key)}"/>
<summary>${counted(series.findings, "finding")} in ${counted(series.total, "patch", "patches")}.</summary>
</entry>
`;

/** The feed as text. */
export const renderFeed = ({ list, id, origin, updated, entries }: Feed): string => {
  const last = entries.reduce((latest, { judgedAt }) => (judgedAt > latest ? judgedAt : latest), "");
  const feed = html`<feed xmlns="http://www.w3.org/2005/Atom">
<id>${id}</id>
<title>Findings on ${list}</title>
<updated>${last === "" ? updated : last}</updated>
<link rel="self" type="application/atom+xml" href="${origin}${feedHref(list)}"/>
<link rel="alternate" type="text/html" href="${origin}${listHref(list)}"/>
<generator>patchwitness</generator>
${entries.map((one) => entry(one, origin))}</feed>
`;
  return `<?xml version="1.0" encoding="utf-8"?>\n${feed.text.replace(NOT_IN_XML, "\ufffd")}`;
};
