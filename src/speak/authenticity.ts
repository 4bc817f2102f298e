/**
 * What the own mail server found out about the sender of a mail (RFC 8601). Everything else in these fields was written by
 * strangers: a comment or a quoted string may hold what looks like a result.
 */
import type { Message } from "../message/message.js";

/** Whether the sender of a mail is who the mail says, as far as a trusted server tells. */
export type Authenticity = "pass" | "fail" | "unknown";

/** A result: `dkim=pass`, and its properties. */
interface Result {
  method: string;
  result: string;
  properties: ReadonlyMap<string, string>;
}

/** More of a field is not read. Characters. */
const MAX_FIELD = 8000;

/**
 * Only the first Authentication-Results that carry the server's name are believed: it puts its own above all that were there,
 * and removes forged ones of its name. DMARC speaks for the sender; where no policy is published a DKIM signature of the
 * sender's domain does.
 */
export function authenticity(
  { headers, from }: Pick<Message, "headers" | "from">,
  trusted: string | null,
): Authenticity {
  if (trusted === null) return "unknown";
  for (const value of headers.get("authentication-results") ?? []) {
    const [server, ...parts] = plainParts(value.slice(0, MAX_FIELD));
    if (server?.split(/\s/, 1)[0] !== trusted.toLowerCase()) continue;
    return verdictOf(parts.map(resultOf), from.address.slice(from.address.lastIndexOf("@") + 1).toLowerCase());
  }
  return "unknown";
}

function verdictOf(results: readonly Result[], domain: string): Authenticity {
  const dmarc = results.find(({ method }) => method === "dmarc");
  if (dmarc?.result === "fail") return "fail";
  if (dmarc?.result === "pass") {
    const from = dmarc.properties.get("header.from");
    return from === undefined || isAbove(from, domain) ? "pass" : "fail";
  }
  const signed = results.filter(({ method }) => method === "dkim");
  const own = signed.filter(({ properties }) => isAbove(properties.get("header.d") ?? "", domain));
  if (own.some(({ result }) => result === "pass")) return "pass";
  return signed.some(({ result }) => result === "fail") ? "fail" : "unknown";
}

/** Whether a domain is another one, or above it; one without a dot is above too many. */
const isAbove = (named: string, domain: string): boolean =>
  named.includes(".") && (domain === named || domain.endsWith(`.${named}`));

/** `dkim/1 = pass header.d = example.org` in lower case; what has no such form is a result of nothing. */
function resultOf(part: string): Result {
  const [head = "", ...rest] = part.replace(/ *([=/]) */g, "$1").split(/\s+/);
  const [method = "", result = ""] = head.split("=");
  const properties = new Map<string, string>();
  for (const word of rest) {
    const at = word.indexOf("=");
    const name = word.slice(0, Math.max(0, at));
    // Of a property that comes twice the first counts, as a server writes it.
    if (at > 0 && !properties.has(name)) properties.set(name, word.slice(at + 1).replace(/^@/, ""));
  }
  return { method: method.split("/")[0] ?? "", result, properties };
}

/** The parts of a field between its semicolons, in lower case, comments left out, a quoted string as one question mark. */
function plainParts(value: string): string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? "";
    if (char === "\\" && (quoted || depth > 0)) at++;
    else if (quoted) quoted = char !== '"';
    else if (char === "(") depth++;
    else if (char === ")") depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (char === '"') {
      quoted = true;
      part += "?";
    } else if (char === ";") {
      parts.push(part);
      part = "";
    } else part += char;
  }
  return [...parts, part].map((one) => one.replace(/\s+/g, " ").trim().toLowerCase());
}
