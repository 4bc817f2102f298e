/**
 * Addresses within the dashboard. A key is whatever a mail called itself: it stands in a path where a path can hold it, else in
 * the query, as browsers take `.` and `..` away even when they are escaped, and a suffix names a form of the page.
 */

const cannotStandInPath = (key: string): boolean => /^\.{0,2}$|\.(?:json|atom)$/.test(key);

/** A value as a part of a path or query. Half of a surrogate pair has no escape. */
export const part = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));

/** An address with a query; values that are null or empty are left out. */
export const withQuery = (path: string, query: Readonly<Record<string, string | null>>): string => {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== "");
  const text = pairs.map(([name, value]) => `${name}=${part(value ?? "")}`).join("&");
  return text === "" ? path : `${path}?${text}`;
};

const named = (folder: string, key: string): string =>
  cannotStandInPath(key) ? withQuery(folder, { key }) : `${folder}/${part(key)}`;

export const seriesHref = (key: string): string => named("/series", key);
export const listHref = (name: string): string => named("/lists", name);
export const feedHref = (name: string): string => `/lists/${part(name)}/feed.atom`;
/** Rules have names that stand in any path; what a store holds beside them leads to all rules. */
export const ruleHref = (id: string): string => (/^[\w-]+\/[\w-]+$/.test(id) ? `/rules/${id}` : "/rules");
export const pullHref = (repository: string, subject: string): string =>
  withQuery("/pulls/report", { repository, subject });
export const queueHref = (target: string, key: string): string => withQuery("/queue/mail", { target, key });

/** A finding in a series: its id is the same in all versions. */
export const findingHref = ({ id, series }: { id: string; series: string }): string =>
  withQuery(named("/findings", id), { series });

/** The JSON twin of a page. */
export const jsonHref = (path: string, query: Readonly<Record<string, string | null>>): string =>
  withQuery(path === "/" ? "/index.json" : `${path}.json`, query);
