/** A parser of mails that takes nothing but what RFC 5322 and RFC 2047 let a program write; what is otherwise throws. */

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const DOT_ATOM = `${ATOM}(?:\\.${ATOM})*`;
const ENCODED = "=\\?utf-8\\?B\\?[A-Za-z0-9+/]+={0,2}\\?=";
const ADDR_SPEC = `${DOT_ATOM}@${DOT_ATOM}`;
const PHRASE = `(?:(?:${ENCODED}|${ATOM}|"(?:[ !#-\\[\\]-~]|\\\\["\\\\])*")(?: |$))+`;
const MAILBOX = new RegExp(`^(?:(${PHRASE})?<(${ADDR_SPEC})>|(${ADDR_SPEC}))$`);
const MSG_ID = /^<[!-;=?-~]+>$/;
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/;

export interface StrictMail {
  fields: [string, string][];
  field(name: string): string;
  body: string;
}

function must(ok: boolean, what: string, text: string): void {
  if (!ok) throw new Error(`${what}: ${JSON.stringify(text.slice(0, 200))}`);
}

/** Splits and checks a mail that is given with CRLF line ends, as it goes over the wire. */
export function parseStrictly(wire: string): StrictMail {
  must(!/\r(?!\n)|(?<!\r)\n/.test(wire), "line end that is no CRLF", wire);
  const text = wire.replaceAll("\r\n", "\n");
  for (const line of text.split("\n")) must(Buffer.byteLength(line) <= 998, "line of more than 998 octets", line);
  const at = text.indexOf("\n\n");
  const head = text.slice(0, at);
  must(/^[\x20-\x7e\n]*$/.test(head), "head beyond printable ASCII", head);
  const fields = head.split(/\n(?! )/).map((lines): [string, string] => {
    for (const line of lines.split("\n").slice(1)) must(/^ +\S/.test(line), "fold without text", line);
    const found = /^([A-Za-z][A-Za-z-]*): (.*)$/.exec(lines.replace(/\n(?= )/g, ""));
    must(found !== null, "no field", lines);
    return [found?.[1] ?? "", found?.[2] ?? ""];
  });
  const names = fields.map(([name]) => name.toLowerCase());
  must(new Set(names).size === names.length, "field that comes twice", names.join(" "));
  const body = text.slice(at + 2);
  // Tabs alone of the controls; RFC 5322, section 4.1 calls the others obsolete.
  must(!/[^\P{Cc}\t\n]/u.test(body), "control in the body", body);
  must(body.endsWith("\n"), "end of the body", body.slice(-20));
  return { fields, body, field: (name) => fields.find(([n]) => n === name)?.[1] ?? "" };
}

/** The addresses of a field; quoted names may hold commas. */
export function strictAddresses(value: string): string[] {
  if (value === "") return [];
  const parts = value.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  must(parts.join(",") === value, "open quote, or a comma that parts nothing", value);
  return parts.map((part) => {
    const found = MAILBOX.exec(part.trim());
    must(found !== null, "no mailbox", part);
    return found?.[2] ?? found?.[3] ?? "";
  });
}

export function strictIds(value: string): string[] {
  const ids = value === "" ? [] : value.split(" ");
  for (const id of ids) must(MSG_ID.test(id), "no Message-ID", id);
  return ids.map((id) => id.slice(1, -1));
}

export const isStrictDate = (value: string): boolean => DATE.test(value);
