/**
 * Who may be told what: the policy of each list, and what all mails have in common. A list that is not named here, or not
 * switched on, gets nothing.
 */
import { z } from "zod";
import { CHECK_CONTEXT } from "../report/patchwork-check.js";
import { CONFIDENCES, SEVERITIES } from "../review/finding.js";
import { duration, parseDuration } from "./duration.js";

/**
 * How far a list goes, from nothing to all: `local` plans and shows, `moderation` waits for a person's word on each mail to
 * author and list, `author` writes to the author alone without one, `author-and-list` to both.
 */
export const MODES = ["off", "local", "moderation", "author", "author-and-list"] as const;
export type Mode = (typeof MODES)[number];

const ADDRESS = /^[^\s"(),:;<>@[\\\]]+@[^\s"(),:;<>@[\\\]]+$/;
const address = z.string().max(254).regex(ADDRESS, "a mail address: name@host");
const mailbox = z
  .string()
  .max(400)
  .regex(/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, "a mailbox: Name <name@host>");
const whoMay = z.string().regex(/^(?:[^\s<>@]+)?@[^\s<>@]+$/, "name@host, or @host for all of a host");
const httpUrl = z.url({ protocol: /^https?$/, error: "an http or https URL" });
const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable");

const cap = (count: number, per: string) =>
  z
    .strictObject({
      count: z.int().min(0).max(10_000).default(count).describe("How many mails"),
      per: duration.default(per).describe("In any span of this length"),
    })
    .prefault({});

const capsSchema = z
  .strictObject({
    list: cap(10, "1d").describe("Mails about patches of the list"),
    author: cap(3, "1d").describe("Mails to one author, of all lists"),
    thread: cap(5, "30d").describe("Mails to one thread"),
  })
  .prefault({});

const patchworkSchema = z.strictObject({
  url: httpUrl.describe("The server: https://patchwork.kernel.org/"),
  project: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "the link name of a project")
    .describe("Link name of the project: linux-riscv"),
  context: z
    .string()
    .regex(CHECK_CONTEXT, "letters, digits, - and _")
    .default("patchwitness")
    .describe("What the check is called"),
  tokenEnv: envName.describe("Name of the environment variable that holds the API token"),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe("Whether the host may be one of a private network, or this machine"),
});

/** The policy of one list. */
export const listSchema = z.strictObject({
  address: address.describe("The list, as it stands in To and Cc of its mails"),
  mode: z.enum(MODES).default("off").describe("How far it goes; off until the people of the list have agreed to more"),
  embargo: duration.default("24h").describe("How long after a patch the first word may be said to others"),
  maxAge: duration.default("14d").describe("Patches older than this are not answered any more"),
  severity: z.enum(SEVERITIES).default("warning").describe("The least severity that is told"),
  confidence: z.enum(CONFIDENCES).default("medium").describe("The least confidence that is told"),
  cc: z
    .enum(["list", "everyone"])
    .default("list")
    .describe("Who gets copies in mode author-and-list: the list alone, or all whom the patch went to"),
  caps: capsSchema.describe("The most that is said"),
  commanders: z
    .array(whoMay)
    .default([])
    .describe("Who may give commands by mail for the patches of the list: its maintainers"),
  archive: httpUrl
    .optional()
    .describe(
      "Its public-inbox, where threads are linked and our own mails are looked for: https://lore.kernel.org/kvm/",
    ),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe("Whether the archive may be one of a private network, or this machine"),
  patchwork: patchworkSchema.optional().describe("Where checks are posted"),
});
export type ListPolicy = z.infer<typeof listSchema>;

const smtpSchema = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:-]+$/, "a host name or address")
    .describe("Server that mails are handed to"),
  port: z.int().min(1).max(65535).optional().describe("465 with tls, 587 with starttls, 25 without, when left out"),
  security: z
    .enum(["tls", "starttls", "none"])
    .default("starttls")
    .describe("tls from the first byte; starttls, without which nothing is sent; none, for a server on this machine"),
  user: z.string().min(1).optional().describe("Name to log in with; no login when left out"),
  passwordEnv: envName.optional().describe("Name of the environment variable that holds the password"),
  connections: z.int().min(1).max(10).default(1).describe("Connections that are kept open at most"),
  timeoutSeconds: z.int().min(1).max(600).default(60).describe("How long the server may be silent"),
});

const dkimSchema = z.strictObject({
  domain: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, "a domain")
    .describe("Domain that signs: that of `from`"),
  selector: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/, "a selector")
    .describe("Selector of the key in the DNS"),
  key: z.string().min(1).describe("File with the private key, PEM"),
});

/** Senders of the kernel lists that are programs, beside those that say so themselves (RFC 3834). */
const BOTS = [
  "lkp@intel.com",
  "oliver.sang@intel.com",
  "*@syzkaller.appspotmail.com",
  "patchwork-bot*@kernel.org",
  "bot@kernelci.org",
  "*noreply*@*",
  "*no-reply*@*",
  "mailer-daemon@*",
  "*@sashiko.dev",
];

/** What all mails have in common. */
export const mailSchema = z.strictObject({
  from: mailbox.describe("Who the mails are from: Name <name@host>"),
  replyTo: address
    .optional()
    .describe("Where answers to mails that went to an author alone go: people, not the program"),
  smtp: smtpSchema.describe("How they are sent"),
  dkim: dkimSchema.optional().describe("Signs them (RFC 6376), where the server does not"),
  cap: cap(20, "1h").describe("The most that is sent, of all lists together"),
  bots: z
    .array(z.string().min(1).max(254))
    .default(BOTS)
    .describe("Senders that are programs and never answered; * stands for any characters"),
  optOut: z.array(address).default([]).describe("Authors who want no mail"),
  moderator: address.optional().describe("Who is asked, by mail, about each mail of a list in mode moderation"),
  commanders: z.array(whoMay).default([]).describe("Who may give commands by mail for the patches of all lists"),
  trustedAuth: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "a name as in Authentication-Results")
    .optional()
    .describe(
      "Own mail server whose Authentication-Results are believed (RFC 8601): all mail of all sources has to pass it",
    ),
  requireAuth: z
    .boolean()
    .default(false)
    .describe("Whether commands without a good authentication result are refused; bad ones always are"),
  copy: address
    .optional()
    .describe("Gets a copy of each mail; when a source reads its mailbox, mails that no archive shows are found there"),
  lookUpAfter: duration
    .default("1h")
    .describe("How long after an attempt whose end is not known the archive is asked whether the mail is there"),
  reviewers: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\w .-]{1,40}$/, "a short name")
          .describe("What it is called"),
        url: httpUrl.describe("Its page of a patch, {id} in the place of the Message-ID"),
        guess: z
          .boolean()
          .default(false)
          .describe("Whether the page is linked without anybody having linked it in the thread"),
      }),
    )
    .default([])
    .describe("Other reviewers; pages of theirs that are linked in a thread are kept and linked too"),
});
export type MailPolicy = z.infer<typeof mailSchema>;

/** When a rule is taken off duty by what people answered. */
export const ledgerSchema = z
  .strictObject({
    answers: z.int().min(1).max(10_000).default(10).describe("Least answers that say something about a rule"),
    precision: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe("Least share of them that has to call its findings right; below it the rule goes to nursery"),
  })
  .prefault({});
export type LedgerPolicy = z.infer<typeof ledgerSchema>;

/** All that a plan goes by. */
export interface Policies {
  lists: readonly ListPolicy[];
  mail: MailPolicy | null;
}

/** Whether mail is sent for a list at all. */
export const isSpeaking = ({ mode }: { mode: (typeof MODES)[number] }): boolean =>
  MODES.indexOf(mode) >= MODES.indexOf("moderation");

/** What is wrong with policies beyond their schema. */
export function policyProblems({ lists, mail }: Policies): string[] {
  const problems: string[] = [];
  const speaking = lists.filter(isSpeaking);
  for (const { address: name, mode } of mail === null ? speaking : [])
    problems.push(`lists: ${name}: mode ${mode} sends mail, and there is no section mail`);
  const tooLate = ({ embargo, maxAge }: ListPolicy): boolean =>
    (parseDuration(embargo) ?? 0) >= (parseDuration(maxAge) ?? 0);
  for (const { address: name } of speaking.filter(tooLate))
    problems.push(`lists: ${name}: the embargo ends when a patch is too old to be answered`);
  const seen = new Set<string>();
  for (const { address: name } of lists) {
    const key = name.toLowerCase();
    if (seen.has(key)) problems.push(`lists: the address ${name} comes twice`);
    seen.add(key);
  }
  if (mail === null) return problems;
  const { smtp, dkim, from } = mail;
  if ((smtp.user === undefined) !== (smtp.passwordEnv === undefined))
    problems.push("mail.smtp: user and passwordEnv go together");
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1]?.toLowerCase() ?? "";
  if (dkim !== undefined && domain !== dkim.domain.toLowerCase() && !domain.endsWith(`.${dkim.domain.toLowerCase()}`))
    problems.push(`mail.dkim: ${dkim.domain} does not sign for ${domain}, the domain of from`);
  for (const { name, url } of mail.reviewers)
    if (!url.includes("{id}") && !url.includes("%7Bid%7D")) problems.push(`mail.reviewers: ${name}: url has no {id}`);
  return problems;
}
