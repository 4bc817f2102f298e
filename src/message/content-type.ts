/** Content-Type and its parameters (RFC 2045, 5.1; RFC 3676 for flowed text). */

export interface ContentType {
  /** Lower case, "text/plain" when the mail names none or nonsense. */
  type: string;
  params: ReadonlyMap<string, string>;
}

const TYPE = /^\s*([!#$&^_.+\w-]{1,80}\/[!#$&^_.+\w-]{1,120})/;
const PARAM = /;\s*([\w*-]{1,40})\s*=\s*(?:"([^"]{0,500})"?|([^;\s]{0,500}))/g;

/** Reads a Content-Type value; parameters by lower-case name. */
export function parseContentType(value: string | undefined): ContentType {
  if (value === undefined) return { type: "text/plain", params: new Map() };
  const text = value.slice(0, 8192);
  const type = TYPE.exec(text)?.[1]?.toLowerCase();
  const params = new Map<string, string>();
  for (const match of text.matchAll(PARAM)) params.set((match[1] ?? "").toLowerCase(), match[2] ?? match[3] ?? "");
  // "text" alone (RFC 1049 and old mailers) is what every text is.
  return { type: type ?? "text/plain", params };
}

/** What a Content-Type says of flowed text, or null. */
export function flowedOf(content: ContentType): { delSp: boolean } | null {
  if (content.params.get("format")?.toLowerCase() !== "flowed") return null;
  return { delSp: content.params.get("delsp")?.toLowerCase() === "yes" };
}
