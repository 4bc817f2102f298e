/** A mail that waits to be sent, as the store keeps it: plain data, checked when it comes back. */
import { z } from "zod";
import { CHECK_STATES } from "../report/patchwork-check.js";

export const outgoingSchema = z.object({
  kind: z.enum(["review", "answer", "moderation"]),
  /** Our own, without brackets: by it the mail is found in an archive. */
  messageId: z.string(),
  /** What it answers. */
  inReplyTo: z.string().nullable(),
  subject: z.string(),
  /** Addresses of the envelope. */
  sender: z.string(),
  recipients: z.array(z.string()),
  /** Head and body with LF line ends; without a Date, which is that of the first attempt. */
  raw: z.string(),
  /** Key of the series that it is about. */
  series: z.string().nullable(),
  version: z.int(),
  findings: z.array(z.string()),
  rules: z.array(z.string()),
  /** When the answered patch was sent, and until when it may be answered. */
  patchSent: z.string().nullable(),
  sendBefore: z.string().nullable(),
  /** Where the archive shows it, when it is there; null where nothing can be looked up. */
  lookUp: z.string().nullable(),
});
export type OutgoingMail = z.infer<typeof outgoingSchema>;

/** A check for patchwork, waiting to be posted. */
export const outgoingCheckSchema = z.object({
  kind: z.literal("check"),
  list: z.string(),
  /** The patch. */
  messageId: z.string(),
  series: z.string(),
  check: z.object({
    context: z.string(),
    state: z.enum(CHECK_STATES),
    description: z.string(),
    target_url: z.string().nullable(),
  }),
});
export type OutgoingCheck = z.infer<typeof outgoingCheckSchema>;

/**
 * The bytes to send: with the Date, and CRLF line ends (RFC 5322, section 2.3). `date` is ISO 8601. Lines that begin with a
 * dot are the transport's business.
 */
export function datedMail(raw: string, date: string): string {
  const at = raw.indexOf("\n");
  const stamp = new Date(date).toUTCString().replace("GMT", "+0000");
  return `${raw.slice(0, at + 1)}Date: ${stamp}\n${raw.slice(at + 1)}`.replace(/\r?\n/g, "\r\n");
}
