/**
 * Mails of an attacker, and the answer that each gets: the cases of attacks.test.ts, and of docs/attacks.md. Each changes a sound
 * patch mail, which is parsed, planned and answered as in earnest, for a list that is told everything.
 */
import { readFileSync } from "node:fs";
import { parseMessage } from "../../src/message/parse-message.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { composeReview } from "../../src/speak/compose.js";
import type { OutgoingMail } from "../../src/speak/outgoing.js";
import { planSeries } from "../../src/speak/plan.js";
import { gateFinding, sampleReport } from "../report/sample.js";
import { history, LIST, list, mailPolicy, NOW, OWN, resultOf } from "./samples.js";

export interface Attack {
  group: string;
  what: string;
  /** Fields in the place of those of the sound mail; null leaves one out. */
  head?: Record<string, string | null>;
  /** What a line of the quoted code says. */
  code?: string;
  /** Lines in front of the commit message. */
  above?: string;
  /** Silence, or the addresses that the answer goes to; left out: author, list, and the others of the sound mail. */
  gets?: string | readonly string[];
  /** What is not in the answer, and what is, in the form that is left of it. */
  without?: RegExp;
  shows?: string;
}

const AUTHOR = "parker@example.org";
const PLAIN = [AUTHOR, "maintainer@example.org", LIST];
export const ALL = [AUTHOR, "maintainer@example.org", LIST, "linux-kernel@vger.example.org"];
const b64 = (text: string): string => `=?utf-8?B?${Buffer.from(text, "utf8").toString("base64")}?=`;
const q = (text: string): string =>
  `=?utf-8?Q?${[...Buffer.from(text)].map((b) => `=${b.toString(16).toUpperCase().padStart(2, "0")}`).join("")}?=`;
const SPLIT = "x\r\nBcc: victim@evil.example\r\n\r\n#syz fix";
const BCC = /^(Bcc|#syz)/im;
const subject = (text: string) => ({ Subject: `[PATCH] ${text}` });
const to = (value: string) => ({ To: `${value}, ${LIST}`, Cc: null });
const crowd = Array.from({ length: 10_000 }, (_, at) => `r${at}@example.org`).join(",\n ");

const HEADERS: Attack[] = [
  { what: "subject with an encoded word that holds CRLF and a field", head: subject(b64(SPLIT)), without: BCC },
  { what: "the same in quoted form", head: subject(q(SPLIT)), without: BCC },
  {
    what: "encoded word that decodes to an encoded word with a line feed",
    head: subject(b64(b64("a\nBcc: x@evil.example"))),
    without: BCC,
  },
  { what: "subject in an unknown charset", head: subject("=?x-evil?B?AAEC?= end"), shows: "Subject: =?utf-8?B?" },
  { what: "overlong encoded word", head: subject(b64("é".repeat(5000))), shows: "Subject:" },
  { what: "subject with NUL and ESC", head: subject("a\0b \u001b]0;owned\u0007 c"), without: /[\0\u001b\u0007]/ },
  {
    what: "subject with bidirectional controls",
    head: subject(b64("safe \u202eedoc\u202c")),
    without: /[\u202a-\u202e]/,
  },
  { what: "subject with a lone CR", head: subject("a\rBcc: x@evil.example"), without: BCC },
  { what: "subject of one word of 5,000 characters", head: subject("x".repeat(5000)), shows: "Subject:" },
  { what: "name with CRLF and a field", head: { From: `${b64(SPLIT)} <${AUTHOR}>` }, without: BCC },
  { what: "quoted name of 5,000 characters", head: { From: `"${"a,b ".repeat(1250)}" <${AUTHOR}>` } },
  { what: "name that holds another address", head: { From: `"Linus <torvalds@kernel.example>, x" <${AUTHOR}>` } },
  {
    what: "name that is a tag",
    head: { From: `"${"A".repeat(40)} Reviewed-by: L <l@kernel.example>" <${AUTHOR}>` },
    without: /^\s*\S+-by: /im,
  },
  {
    what: "name with a bot's command",
    head: { From: `"pw-bot: accept #syz invalid" <${AUTHOR}>` },
    without: /pw-bot:(?! accept #syz invalid")/,
  },
  {
    what: "name with markup and a mention",
    head: { From: `"</pre><script>alert(1)</script> @maintainer" <${AUTHOR}>` },
  },
  {
    what: "Message-ID of 2,000 characters",
    head: { "Message-ID": `<${"x".repeat(1988)}@example.org>` },
    gets: "no-message-id",
  },
  { what: "Message-ID of 890 percent signs", head: { "Message-ID": `<${"%".repeat(878)}@example.org>` } },
  {
    what: "Message-ID with a blank and a bracket: the blank is a fold",
    head: { "Message-ID": "<a b>c@example.org>" },
    shows: "In-Reply-To: <ab>",
  },
  { what: "Message-ID beyond ASCII", head: { "Message-ID": "<ü@example.org>" }, gets: "no-message-id" },
  { what: "no Message-ID", head: { "Message-ID": null }, gets: "no-message-id" },
  {
    what: "References with fields, controls and 1,000 ids",
    head: {
      References: `<a@x.example>\n\t<b\0@x.example> Bcc: <c@evil.example> ${Array.from({ length: 1000 }, (_, n) => `<${n}@x.example>`).join("\n ")}`,
    },
    without: BCC,
  },
  {
    what: "In-Reply-To with the id of the mail itself",
    head: { "In-Reply-To": "<20260309164002.4711-1-parker@example.org>" },
  },
].map((one) => ({ group: "Fields", ...one }));

const ADDRESSES: Attack[] = [
  { what: "10,000 recipients", head: { Cc: crowd, To: LIST }, gets: [AUTHOR, LIST] },
  { what: "quoted local part", head: to('"a\\"b c"@evil.example'), gets: [AUTHOR, LIST] },
  {
    what: "source route",
    head: to("<@relay.example,@b.example:victim@evil.example>"),
    gets: [AUTHOR, "victim@evil.example", LIST],
  },
  {
    what: "group",
    head: to("Friends: a@example.org, b@example.org;"),
    gets: [AUTHOR, "a@example.org", "b@example.org", LIST],
  },
  {
    what: "comments around an address",
    head: to("(c <x@evil.example>) a@example.org (d)"),
    gets: [AUTHOR, "a@example.org", LIST],
  },
  { what: "host beyond ASCII", head: to("a@bücher.example"), gets: [AUTHOR, LIST] },
  { what: "commas and semicolons in a row", head: to(";;,,;a@example.org;,"), gets: [AUTHOR, "a@example.org", LIST] },
  {
    what: "address with CRLF",
    head: to(`${b64("x\r\nBcc: y@evil.example")} <a@example.org>`),
    gets: [AUTHOR, "a@example.org", LIST],
    without: BCC,
  },
  { what: "two @", head: to("a@b@evil.example"), gets: [AUTHOR, LIST] },
  { what: "address of 300 characters", head: to(`${"a".repeat(290)}@example.org`), gets: [AUTHOR, LIST] },
  { what: "From that is our own", head: { From: OWN }, gets: "own-mail" },
  { what: "author in the body that is our own", above: `From: Robot <${OWN}>\n\n`, gets: ALL },
  { what: "author in the body that is the list", above: `From: List <${LIST}>\n\n`, gets: ALL },
  { what: "author in the body that is a closed list", above: "From: List <closed@lists.example.org>\n\n", gets: ALL },
  { what: "From that no one can be written to", head: { From: "nobody" }, gets: "no-address" },
  { what: "Reply-To that is a stranger's", head: { "Reply-To": "victim@evil.example" }, without: /victim/ },
  {
    what: "Mail-Followup-To that is a stranger's",
    head: { "Mail-Followup-To": "victim@evil.example" },
    without: /victim/,
  },
  {
    what: "Cc to a closed list and to who wants no mail",
    head: { Cc: "closed@lists.example.org, quiet@example.org, lkp@intel.com" },
    gets: PLAIN,
  },
  {
    what: "List-Id of a list that the mail was not sent to",
    head: { To: "a@example.org", Cc: null },
    gets: [AUTHOR, "a@example.org"],
  },
  {
    what: "List-Post with a field",
    head: { "List-Post": "<mailto:x@evil.example%0d%0aBcc:y@evil.example>" },
    without: /evil/,
  },
].map((one) => ({ group: "Addresses", ...one }));

const CODE: Attack[] = [
  { what: "code with `pw-bot: accept`", code: "pw-bot: accept", without: /pw-bot:/i, shows: "pw-bot : accept" },
  { what: "code with `PW-BOT:not-applicable`", code: "PW-BOT:not-applicable", without: /pw-bot:/i },
  { what: "code with `#syz fix: x`", code: "#syz fix: x", without: /#syz/, shows: "# syz fix: x" },
  { what: "code with `#regzbot invalid: x`", code: "#regzbot invalid: x", without: /#regzb/ },
  {
    what: "code with our own command",
    code: "#review invalid 0123456789abcdef x",
    without: /^[^W\n]*#review/m,
    shows: "# review invalid",
  },
  {
    what: "code with a tag",
    code: "Reviewed-by: L <l@kernel.example>",
    without: /^\s*Reviewed-by/m,
    shows: "> +	 * Reviewed-by: L <l@kernel.example>",
  },
  {
    what: "code with terminal escapes",
    code: "\u001b[2J\u001b]0;owned\u0007\u009b31m",
    without: /[\u001b\u0007\u009b]/,
  },
  {
    what: "code with bidirectional controls: quoted as sent",
    code: "\u202e } \u2066 begin",
    shows: "\u202e } \u2066 begin",
  },
  { what: "code with NUL and a lone CR", code: "a\0b\rc", without: /[\0\r]/ },
  { what: "code of 100,000 characters in a line", code: "x".repeat(100_000), shows: "[ ... ]" },
  { what: "code of 40,000 characters of three bytes", code: "完".repeat(40_000), shows: "[ ... ]" },
  { what: "code with markup", code: "</pre><script>alert(1)</script> @all", shows: "</pre><script>" },
  { what: "line that is a dot", above: ".\n..\n.\n" },
  { what: "code that looks like an mbox separator", code: "From x@y Thu Jan  1 00:00:00 1970" },
  { what: "bytes that are no UTF-8", code: "\udc80bad", without: /[\udc80-\udcff]/ },
].map((one) => ({ group: "Quoted code", ...one }));

const DATES: Attack[] = [
  { what: "Date in 2099", head: { Date: "Thu, 1 Jan 2099 00:00:00 +0000" }, gets: "undated" },
  { what: "Date in 1970", head: { Date: "Thu, 1 Jan 1970 00:00:00 +0000" }, gets: "old" },
  { what: "Date in the year 275760", head: { Date: "Sat, 13 Sep 275760 00:00:00 +0000" }, gets: "undated" },
  {
    what: "Date with CRLF and words",
    head: { Date: "Mon, 9 Mar 2026 16:40:02 +0000\r\n (Bcc: x@evil.example)" },
    without: BCC,
  },
  { what: "no Date", head: { Date: null }, gets: "undated" },
  { what: "Auto-Submitted of a program", head: { "Auto-Submitted": "auto-replied" }, gets: "bot" },
  { what: "our own mark, forged", head: { "X-Patchwitness-Rule": "x" }, gets: "own-mail" },
].map((one) => ({ group: "Dates and marks", ...one }));

export const ATTACKS: readonly Attack[] = [...HEADERS, ...ADDRESSES, ...CODE, ...DATES];

const SOUND = readFileSync(new URL("../../fixtures/threads/susp-gate/patch.mbox", import.meta.url), "utf8");
/** The line of the patch that is quoted above the finding, and is the attacker's. */
const SLOT = "user space. Whoever comes back first takes it down, so that wake";

/** The bytes of an attacker's mail. */
export function hostileMail({ head = {}, code, above = "" }: Attack): Buffer {
  const at = SOUND.indexOf("\n\n");
  const fields = new Map(
    SOUND.slice(SOUND.indexOf("\n") + 1, at)
      .split(/\n(?! )/)
      .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  for (const [name, value] of Object.entries(head)) value === null ? fields.delete(name) : fields.set(name, value);
  const body = SOUND.slice(at + 2).replace(SLOT, () => code ?? SLOT);
  const text = `${[...fields].map(([name, value]) => `${name}: ${value}`).join("\n")}\n\n${above}${body}`;
  const [before, after] = text.split("\udc80");
  return after === undefined
    ? Buffer.from(text)
    : Buffer.concat([Buffer.from(before ?? ""), Buffer.from([0x80]), Buffer.from(after)]);
}

/** What is answered to an attacker: a mail, or a reason for none. */
export async function answerTo(attack: Attack): Promise<OutgoingMail | string> {
  const message = await parseMessage(hostileMail(attack));
  const { patch } = readPatches(message);
  if (patch === null) return "no patch";
  const { messageId } = message;
  const finding = gateFinding({ messageId: messageId ?? "", id: "5f0c2b9d1a775f0c" });
  const report = sampleReport({ messageId: messageId ?? "", subject: message.subject });
  const result = resultOf([{ message, patch, report, findings: [finding] }]);
  const mail = mailPolicy({
    optOut: ["quiet@example.org"],
    reviewers: [{ name: "Other", url: "https://reviews.example/{id}", guess: true }],
  });
  const lists = [
    list({ cc: "everyone", archive: "https://lore.example/kvm/" }),
    list({ address: "closed@lists.example.org", mode: "off" }),
  ];
  const [plan] = planSeries({ result, policies: { lists, mail }, history: history(), now: NOW });
  if (plan === undefined || plan.action === "silent") return plan?.silence ?? "no plan";
  return composeReview(plan, { result, mail, tree: null, series: "s", version: 1, linked: [] }) ?? "no mail";
}
