/** Lists of GitHub's, page by page ("Using pagination in the REST API"). */
import type { ZodType } from "zod";
import { type Answer, type Client, read } from "./call.js";

export interface List<T> {
  items: T[];
  /** True where there were more pages than were read. */
  cut: boolean;
}

export interface ListOptions<T, P> {
  /** What a page is. */
  page: ZodType<P>;
  items: (page: P) => readonly T[];
  maxPages: number;
}

/** Reads pages of 100 as long as the Link header names a next one. @throws ForgeError */
export async function listAll<T, P>(
  client: Client,
  operation: string,
  route: string,
  parameters: Record<string, unknown>,
  { page, items, maxPages }: ListOptions<T, P>,
): Promise<List<T>> {
  const found: T[] = [];
  let query: Record<string, unknown> = { per_page: 100 };
  for (let n = 1; ; n++) {
    const answer = await client.call(operation, route, { ...parameters, ...query });
    const one = read(operation, page, answer.data);
    for (const item of items(one)) found.push(item);
    const next = nextQuery(answer);
    if (next === null) return { items: found, cut: false };
    if (n >= maxPages) return { items: found, cut: true };
    query = { ...query, ...next };
  }
}

/** The same for pages that are lists themselves; what is beyond the last page read is left out. @throws ForgeError */
export async function listItems<T>(
  client: Client,
  operation: string,
  route: string,
  parameters: Record<string, unknown>,
  page: ZodType<T[]>,
  maxPages: number,
): Promise<T[]> {
  return (await listAll(client, operation, route, parameters, { page, items: (list) => list, maxPages })).items;
}

/** Only the query of the next page's address is taken: a token is never sent to where an answer points. */
function nextQuery({ headers }: Answer): Record<string, string> | null {
  const link = String(headers.link ?? "");
  if (link.length > 10_000) return null;
  for (const part of link.split(",")) {
    const address = /^\s*<([^<>]*)>\s*;\s*rel="next"/.exec(part)?.[1];
    if (address !== undefined && URL.canParse(address)) return Object.fromEntries(new URL(address).searchParams);
  }
  return null;
}
