/** What attackers get for an answer. The cases are in attack-cases.ts; docs/attacks.md is made of them. */
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/message/parse-message.js";
import { readCommands } from "../../src/speak/commands.js";
import { datedMail, type OutgoingMail } from "../../src/speak/outgoing.js";
import { ALL, ATTACKS, type Attack, answerTo, hostileMail } from "./attack-cases.js";
import { LIST, NOW, OWN } from "./samples.js";
import { isStrictDate, parseStrictly, strictAddresses, strictIds } from "./strict-mail.js";

const FIELDS = [
  "Message-ID",
  "Date",
  "From",
  "To",
  "Cc",
  "Reply-To",
  "Subject",
  "In-Reply-To",
  "References",
  "Auto-Submitted",
  "X-Patchwitness-Rule",
  "X-Patchwitness-Finding-Id",
  "X-Patchwitness-Engine-Version",
  "X-Patchwitness-Base-Commit",
  "X-Patchwitness-Series-Version",
  "MIME-Version",
  "Content-Type",
  "Content-Transfer-Encoding",
];

const lower = (all: readonly string[]): string[] => all.map((one) => one.toLowerCase());

async function checkMail(mail: OutgoingMail, attack: Attack): Promise<void> {
  const strict = parseStrictly(datedMail(mail.raw, NOW));
  const names = strict.fields.map(([name]) => name);
  expect(names).toEqual(FIELDS.filter((name) => name !== "Reply-To" || names.includes(name)));
  expect(strictIds(strict.field("Message-ID"))).toEqual([mail.messageId]);
  expect(isStrictDate(strict.field("Date"))).toBe(true);
  expect(strictAddresses(strict.field("From"))).toEqual([OWN]);
  const heads = [...strictAddresses(strict.field("To")), ...strictAddresses(strict.field("Cc"))];
  expect(lower(heads)).toEqual(lower(mail.recipients));
  expect(lower(mail.recipients)).toEqual(lower((attack.gets ?? ALL) as readonly string[]));
  expect(["", LIST]).toContain(strict.field("Reply-To"));
  const message = await parseMessage(hostileMail(attack));
  expect(strictIds(strict.field("In-Reply-To"))).toEqual([message.messageId]);
  expect(strictIds(strict.field("References")).at(-1)).toBe(message.messageId);
  expect(readCommands(strict.body)).toEqual([]);
  for (const line of strict.body.split("\n").filter((one) => !one.startsWith(">"))) {
    expect(line).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(line).not.toMatch(/^\s*(#|[\w-]+-by:)/i);
    if (!/https?:/.test(line)) expect([...line].length).toBeLessThanOrEqual(72);
  }
  if (attack.without !== undefined) expect(mail.raw).not.toMatch(attack.without);
  if (attack.shows !== undefined) expect(mail.raw).toContain(attack.shows);
}

describe.each([...new Set(ATTACKS.map(({ group }) => group))])("%s", (group) => {
  it.each(ATTACKS.filter((one) => one.group === group).map((one) => [one.what, one] as const))(
    "%s",
    async (_, attack) => {
      const answer = await answerTo(attack);
      if (typeof attack.gets === "string") expect(answer).toBe(attack.gets);
      else if (typeof answer === "string") throw new Error(answer);
      else await checkMail(answer, attack);
    },
  );
});

describe("the strict parser", () => {
  const sound = 'From: a@b.example\r\nTo: "x, y" <a@b.example>, =?utf-8?B?w6k=?= <c@d.example>\r\n\r\nbody\r\n';
  it("reads what is sound", () => {
    expect(strictAddresses(parseStrictly(sound).field("To"))).toEqual(["a@b.example", "c@d.example"]);
  });

  it.each([
    ["a bare line feed", sound.replace("body\r", "body")],
    ["a bare carriage return", sound.replace("body", "bo\rdy")],
    ["a control", sound.replace("body", "bo\u001bdy")],
    ["a field twice", `To: x@y.example\r\n${sound}`],
    ["a line that is no field", `x y\r\n${sound}`],
    ["an empty fold", sound.replace("From: a", "From: a\r\n \r\n b")],
    ["bytes beyond ASCII in the head", sound.replace("x, y", "é")],
    ["a long line", sound.replace("body", "é".repeat(500))],
  ])("refuses %s", (_, text) => {
    expect(() => parseStrictly(text)).toThrow();
  });

  it.each(['"x <a@b.example>', "a@b@c.example", "a b@c.example", "<a@b.example> x", "é@b.example"])(
    "refuses the mailbox %s",
    (text) => {
      expect(() => strictAddresses(text)).toThrow();
    },
  );
});
