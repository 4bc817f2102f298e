/** Lists of GitHub's, page by page ("Using pagination in the REST API"). */
import type { ZodType } from "zod";
import { ForgeError } from "../../pulls/forge.js";
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

/**
 * The same for what has to be whole, since it is searched for what was posted already.
 * @throws ForgeError too-large when there are more pages
 */
export async function listWhole<T, P>(
  client: Client,
  operation: string,
  route: string,
  parameters: Record<string, unknown>,
  options: ListOptions<T, P>,
): Promise<T[]> {
  const { items, cut } = await listAll(client, operation, route, parameters, options);
  if (cut) throw tooLong(operation, options.maxPages);
  return items;
}

export const tooLong = (operation: string, pages: number): ForgeError =>
  new ForgeError("too-large", `${operation}: there are more than ${pages} pages`, 200);

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
