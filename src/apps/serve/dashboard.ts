/** What the pages and the forms of the dashboard are answered with, and how a request comes to them: no HTTP in either. */
import type { SqlStore } from "../../io/store/store.js";
import type { Frame, View } from "../../report/html/dashboard/shell.js";
import type { Refusal } from "../../report/html/dashboard/words.js";
import type { RuleSet } from "../../rules/rule-set.js";
import type { WatchConfig } from "../../watch/config.js";

/** What a running dashboard has open. */
export interface Dashboard {
  store: SqlStore;
  config: WatchConfig;
  rules: RuleSet;
  version: string;
  now: () => Date;
}

/** A page that is asked for. */
export interface Asked {
  /** Names in the path: `/rules/:area/:id`. */
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string | null>>;
  frame: Frame;
}

/** Who may see a page: all; whoever may see pull requests; operators who are signed in. */
export type Access = "all" | "pulls" | "operator";

export interface PageRoute {
  path: string;
  access: Access;
  show(asked: Asked, dashboard: Dashboard): Promise<View | Refusal>;
}

/** Where a form leads, and what is said there; or why it was refused. */
export type Acted = { to: string; done: string } | Refusal;

export interface ActRoute {
  path: string;
  act(form: Readonly<Record<string, string>>, dashboard: Dashboard): Promise<Acted>;
}

/** Rows on a page. */
export const ROWS = 50;

/** Names that a query may have; others are left aside, so that links do not carry them on. */
export const QUERY = [
  "after",
  "done",
  "key",
  "list",
  "repository",
  "rule",
  "series",
  "severity",
  "status",
  "subject",
  "target",
  "text",
] as const;

/** The value of a name in the query; null where it is missing or empty. */
export const askedFor = ({ query }: Asked, name: (typeof QUERY)[number]): string | null => query[name] || null;

/** What a page is about: from its path, or from the query where the path cannot hold it. */
export const keyOf = (asked: Asked): string => asked.params.key ?? askedFor(asked, "key") ?? "";
