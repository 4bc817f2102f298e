/** A mail whose text a moderator changed. */
import { mailSafe } from "../report/visible.js";
import type { OutgoingMail } from "./outgoing.js";

/** Longest text that is taken. Characters. */
const MAX_BODY = 100_000;
/** RFC 5322, section 2.1.1. Octets. */
const MAX_LINE = 990;

/** The mail with another text; its head and Message-ID stay. Null for a text that says nothing. */
export function withBody(mail: OutgoingMail, text: string): OutgoingMail | null {
  const lines = text
    .slice(0, MAX_BODY)
    .replace(/\r\n?/g, "\n")
    .trimEnd()
    .split("\n")
    .flatMap((line) => pieces(mailSafe(line)));
  if (lines.every((line) => line.trim() === "")) return null;
  const head = mail.raw.slice(0, mail.raw.indexOf("\n\n"));
  return { ...mail, raw: `${head}\n\n${lines.join("\n")}\n` };
}

function pieces(line: string): string[] {
  if (Buffer.byteLength(line, "utf8") <= MAX_LINE) return [line];
  const points = [...line];
  const out: string[] = [];
  for (let at = 0; at < points.length; at += MAX_LINE / 4) out.push(points.slice(at, at + MAX_LINE / 4).join(""));
  return out;
}
