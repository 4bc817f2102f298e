/**
 * Head and foot of a reply: to whom it goes, what it answers, what it was made from. Nothing here depends on a clock
 * or a machine: the Date is that of the answered patch (git send-email puts its own in its place), the Message-ID is a
 * digest of the mail itself, so that the same mail has the same id and another mail another one.
 */
import type { Mailbox } from "../message/message.js";
import type { Finding, Review, ReviewedPatch } from "../review/finding.js";
import { fnv1a } from "../review/finding-id.js";
import { addressField, idField, isUsableAddress, safeMessageId, textField, tokenField } from "./mail-headers.js";
import { defuse } from "./quote.js";
import { OWN_COLUMNS } from "./reply-text.js";
import { oneLine } from "./visible.js";
import { columns, wrap } from "./wrap.js";

export interface ReplyOptions {
  /** Label of the tree that the patch was read with, or null. */
  tree: string | null;
  /** Who sends the mail; null for the tool itself, at a name that cannot be delivered to (RFC 2606). */
  from: Mailbox | null;
  /** For a mail that the program sends itself, rather than a draft for a person. */
  post?: PostOptions;
}

/** To whom a mail goes that was planned, and what it links. Its Date is that of its sending, and put in then. */
export interface PostOptions {
  to: readonly Mailbox[];
  cc: readonly Mailbox[];
  /** Where people go on talking: the list, or whoever answers for the program. */
  replyTo: Mailbox | null;
  /** Host of the Message-ID. */
  domain: string;
  links: ReplyLinks;
}

/** Pages about the patch: its thread in the archive, and those of other reviewers. */
export interface ReplyLinks {
  thread: string | null;
  pages: readonly { name: string; url: string }[];
}

const DOMAIN = "patchwitness.invalid";
const SELF: Mailbox = { name: "patchwitness", address: `patchwitness@${DOMAIN}` };
/** Threads that grew longer than this keep their first id and the last ones (RFC 5537, section 3.4.4). */
const MAX_REFERENCES = 40;

const key = ({ address }: Mailbox): string => address.toLowerCase();

/** To the author of the patch; a copy to who sent it and to everyone that mail went to. */
const recipients = ({ patch, message }: ReviewedPatch, self: Mailbox): { to: Mailbox[]; cc: Mailbox[] } => {
  const all = [patch.author, message.from, ...message.to, ...message.cc].filter(
    (mailbox) => isUsableAddress(mailbox.address) && key(mailbox) !== key(self),
  );
  const [to] = all;
  return to === undefined ? { to: [], cc: [] } : { to: [to], cc: all.filter((mailbox) => key(mailbox) !== key(to)) };
};

/** The list that an answer should reach people on, as the answered mail names it (List-Post, RFC 2369), or null. */
const listOf = ({ message }: ReviewedPatch): Mailbox | null => {
  const found = /<mailto:([^<>?\s]+)[?>]/i.exec((message.headers.get("list-post")?.[0] ?? "").slice(0, 1000));
  const address = found?.[1] ?? "";
  return isUsableAddress(address) ? { name: "", address } : null;
};

/** The ids a reply refers to: those of the parent, then the parent (RFC 5322, section 3.6.4). */
const references = ({ message, patch }: ReviewedPatch): string[] => {
  const parent = safeMessageId(patch.messageId);
  if (parent === null) return [];
  const before =
    message.references.length > 0 || message.inReplyTo.length !== 1 ? message.references : message.inReplyTo;
  const ids = [...before, parent].map(safeMessageId).filter((id): id is string => id !== null);
  const unique = [...new Set(ids.reverse())].reverse();
  return unique.length <= MAX_REFERENCES ? unique : [...unique.slice(0, 1), ...unique.slice(1 - MAX_REFERENCES)];
};

const dateField = ({ message, patch }: ReviewedPatch): string[] => {
  const date = message.date === null ? Number.NaN : Date.parse(message.date);
  // A page that quotes the patch dates its own mail; without a date of the patch the sender's system adds one.
  if (Number.isNaN(date) || (patch.depth > 0 && patch.messageId === null)) return [];
  return [`Date: ${new Date(date).toUTCString().replace("GMT", "+0000")}`];
};

/** The commit that the patch says it is based on (git format-patch --base), or null. */
const declaredBase = ({ patch }: ReviewedPatch): string | null => {
  for (const line of patch.bodyLines) {
    const found = /^base-commit: ([0-9a-f]{7,64})$/.exec(line.slice(0, 100).trimEnd());
    if (found?.[1] !== undefined) return found[1];
  }
  return null;
};

/** The tree that a patch was really read with; one that it does not apply to is not its base. */
const treeOf = ({ report }: ReviewedPatch, tree: string | null): string | null =>
  report.analysed === "tree" ? tree : null;

/** The commit a git tree was read at, out of its label ("git 0123abcd"). */
const treeCommit = (tree: string | null): string | null => /\bgit ([0-9a-f]{7,64})\b/.exec(tree ?? "")?.[1] ?? null;

const unique = (words: readonly string[]): string[] => [...new Set(words)];

const list = (words: readonly string[]): string[] =>
  words.map((word, at) => (at < words.length - 1 ? `${word},` : word));

const ownFields = (
  reviewed: ReviewedPatch,
  findings: readonly Finding[],
  tool: Review["tool"],
  tree: string | null,
) => [
  tokenField("X-Patchwitness-Rule", list(unique(findings.map(({ rule }) => rule)))),
  tokenField("X-Patchwitness-Finding-Id", list(unique(findings.map(({ id }) => id)))),
  tokenField("X-Patchwitness-Engine-Version", [tool.version]),
  tokenField("X-Patchwitness-Base-Commit", [treeCommit(treeOf(reviewed, tree)) ?? declaredBase(reviewed) ?? "unknown"]),
  tokenField("X-Patchwitness-Series-Version", [
    String(reviewed.report.series?.version ?? reviewed.message.subjectInfo.version),
  ]),
];

const replySubject = (subject: string): string => `Re: ${oneLine(subject).replace(/^(?:re: *)+/i, "")}`;

/** The header fields, one string each (folded ones hold line feeds). The Message-ID is made of all that follows it. */
export const replyHeaders = (
  reviewed: ReviewedPatch,
  findings: readonly Finding[],
  tool: Review["tool"],
  body: string,
  options: ReplyOptions,
): string[] => {
  const self = options.from ?? SELF;
  const { post } = options;
  const { to, cc } = post ?? recipients(reviewed, self);
  const mailingList = post === undefined ? listOf(reviewed) : post.replyTo;
  const parent = safeMessageId(reviewed.patch.messageId);
  const present = (field: string | null): string[] => (field === null ? [] : [field]);
  const fields = [
    ...present(addressField("From", [self])),
    addressField("To", to) ?? "To: undisclosed-recipients:;",
    ...present(addressField("Cc", cc)),
    ...present(mailingList === null ? null : addressField("Reply-To", [mailingList])),
    textField("Subject", replySubject(reviewed.patch.subject)),
    ...(post === undefined ? dateField(reviewed) : []),
    ...(parent === null ? [] : [idField("In-Reply-To", [parent]), idField("References", references(reviewed))]),
    "Auto-Submitted: auto-generated",
    ...ownFields(reviewed, findings, tool, options.tree),
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
  ];
  return [`Message-ID: <${fnv1a(`${fields.join("\n")}\n\n${body}`)}@${post?.domain ?? DOMAIN}>`, ...fields];
};

const firstFitting = (candidates: readonly string[]): string => {
  const lines = candidates.map(oneLine);
  const fits = lines.find((line) => columns(line) <= OWN_COLUMNS) ?? lines.at(-1) ?? "";
  return wrap(fits, OWN_COLUMNS)[0] ?? "";
};

/** Rule names of one area said shortly: kvm/{a,b}. */
const ruleNames = (rules: readonly string[]): string => {
  const areas = unique(rules.map((rule) => rule.slice(0, rule.lastIndexOf("/") + 1)));
  const [area] = areas;
  if (areas.length !== 1 || area === undefined || rules.length === 1) return rules.join(", ");
  return `${area}{${rules.map((rule) => rule.slice(area.length)).join(",")}}`;
};

const reproduceLines = (id: string, tree: string): string[] => [
  `Reproduce: b4 mbox -o- ${id} | review -${tree}`,
  `Reproduce: b4 mbox -o- ID | review -${tree}, with the ID of In-Reply-To`,
];

/** A label and URLs on one line, which may be longer than others: a URL is not broken (RFC 3986, appendix C). */
const linkLine = (label: string, urls: readonly string[]): string =>
  defuse(`${label} ${urls.map((url) => oneLine(url).replace(/[\s<>"]/g, encodeURIComponent)).join(" ")}`);

/** Pages of other reviewers that a footer has room for. */
const MAX_PAGES = 2;

/** The four lines below `-- `: rule and version, base, how to reproduce (with the thread's link), how to answer. */
export const footerLines = (
  reviewed: ReviewedPatch,
  findings: readonly Finding[],
  tool: Review["tool"],
  options: ReplyOptions,
): string[] => {
  const rules = unique(findings.map(({ rule }) => rule));
  const ids = unique(findings.map(({ id }) => id));
  const version = `${tool.name} ${tool.version}`;
  const digestOfRules = tool.rules.replace(/^sha256[:-]?/, "").slice(0, 12);
  const declared = declaredBase(reviewed);
  const unread = declared === null ? "none, the patch was read by itself" : `${declared} (not read)`;
  const base = treeOf(reviewed, options.tree) ?? unread;
  const tree = options.tree === null ? "" : " --tree LINUX";
  const id = safeMessageId(reviewed.patch.messageId);
  const thread = options.post?.links.thread ?? null;
  const pages = (options.post?.links.pages ?? []).slice(0, MAX_PAGES).map(({ url }) => url);
  const named = [
    `${version}: ${rules.join(", ")}`,
    `${version}: ${ruleNames(rules)}`,
    `${version}: ${rules.length} rules`,
  ];
  const based = [`Base: ${defuse(base)}; rules ${digestOfRules}`, `Base: ${defuse(base)}`, `Rules ${digestOfRules}`];
  // Four lines are what a reader puts up with: where a page is linked, the base shares its line with the rules.
  const short = treeCommit(treeOf(reviewed, options.tree))?.slice(0, 12);
  const onBase = short === undefined ? [] : named.map((line) => `${line}; base ${short}`);
  return [
    ...(pages.length === 0
      ? [firstFitting(named), firstFitting(based)]
      : [firstFitting([...onBase, ...named]), linkLine("See also:", pages)]),
    thread === null
      ? firstFitting([
          ...(id === null ? [] : reproduceLines(defuse(id), tree)),
          `Reproduce: save this thread as text or mbox, then review${tree} FILE`,
        ])
      : linkLine(`Reproduce: review thread${tree}`, [thread]),
    firstFitting([
      `Wrong? Reply with "#review invalid ${ids.join(" ")} REASON"`,
      `Wrong? "#review invalid ${ids.join(" ")} REASON"`,
      'Wrong? Reply with "#review invalid ID REASON", ID as in the headers',
    ]),
  ];
};
