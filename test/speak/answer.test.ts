import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/message/parse-message.js";
import { composeAnswer, composeModeration } from "../../src/speak/answer.js";
import { readCommands } from "../../src/speak/commands.js";
import { composeReview } from "../../src/speak/compose.js";
import { obey } from "../../src/speak/obey.js";
import { planSeries } from "../../src/speak/plan.js";
import { noteReader } from "../../src/watch/notes.js";
import { gateFinding } from "../report/sample.js";
import { history, LIST, list, mailPolicy, NOW, OWN, resultOf, reviewedPatch, telling } from "./samples.js";

const ID = "0123456789abcdef";
const WORD = "00112233445566aa";
const POLICY = mailPolicy({ moderator: OWN, commanders: ["chief@kernel.example"], replyTo: "people@own.example" });
/** As mail programs give back what they answer: with marks, and without, as some do. */
const QUOTED = [
  (body: string) => body.replace(/^/gm, "> "),
  (body: string) => body.replace(/^/gm, "| "),
  (body: string) => body,
];

const bodyOf = (raw: string): string => raw.slice(raw.indexOf("\n\n") + 2);
const BOT_COMMAND = /^\s*#(syz|review|regzb)|pw-bot:/im;

const review = () => {
  const reviewed = reviewedPatch({ findings: [gateFinding({ id: ID, message: "#review recheck" })] });
  const result = resultOf([reviewed]);
  const [plan] = planSeries({ result, policies: { lists: [list()], mail: POLICY }, history: history(), now: NOW });
  const mail = composeReview(telling(plan), { result, mail: POLICY, tree: null, series: "s", version: 1, linked: [] });
  if (mail === null) throw new Error("no mail");
  return mail;
};

const answer = (
  over: Partial<{ id: string; subject: string; sender: string; references: string[] }> = {},
  line = `#review invalid ${ID} x`,
) => {
  const mail = {
    id: "c@example.org",
    sender: "chief@kernel.example",
    auth: "unknown" as const,
    commands: readCommands(line),
    lineage: ["s"],
    authors: [],
    findings: new Map([[ID, "kvm/gate"]]),
    lists: [],
    held: new Map(),
  };
  return composeAnswer(
    { id: "c@example.org", subject: "Re: x", sender: mail.sender, references: [], ...over },
    obey(mail, POLICY),
    POLICY,
  );
};

describe("the answer to a command", () => {
  it("says what was done to whoever asked, in the thread", () => {
    const mail = answer({ subject: "Re: RE: [PATCH] x", references: ["a@example.org", "b@example.org"] });
    expect(mail).toMatchObject({
      kind: "answer",
      inReplyTo: "c@example.org",
      subject: "Re: [PATCH] x",
      recipients: ["chief@kernel.example"],
    });
    expect(mail?.raw).toContain("\nReferences: <a@example.org> <b@example.org> <c@example.org>\n");
    expect(mail?.raw).toContain("\nAuto-Submitted: auto-replied\n");
    expect(bodyOf(mail?.raw ?? "")).toContain(`> # review invalid ${ID}\n\nFinding ${ID} is noted as wrong`);
  });

  it("is none where nothing was done, or nobody can be written to", () => {
    expect(answer({}, "#review invalid ffffffffffffffff x")).toBeNull();
    expect(answer({}, "#review dance")).toBeNull();
    expect(answer({ sender: "chief at kernel" })).toBeNull();
  });

  it("claims no id for a mail that has none", () => {
    const mail = answer({ id: `sha256-${"0".repeat(64)}`, references: ["a@example.org"] });
    expect(mail?.inReplyTo).toBeNull();
    expect(mail?.raw).not.toMatch(/^(In-Reply-To|References):/m);
  });

  it("has the same id for the same bytes, and another for others", () => {
    expect(answer()?.messageId).toBe(answer()?.messageId);
    expect(answer()?.messageId).not.toBe(answer({ subject: "y" })?.messageId);
  });
});

describe("the question to a moderator", () => {
  const question = composeModeration(review(), WORD, POLICY);

  it("shows the mail and names its word", () => {
    expect(question?.recipients).toEqual([OWN]);
    const body = bodyOf(question?.raw ?? "");
    expect(body).toContain(`    #review approve ${WORD}\n    #review drop ${WORD} REASON\n`);
    expect(body.replace(/\s+/g, " ")).toContain(`It would go to parker@example.org, ${LIST}, in answer to`);
    const held = review().raw.trimEnd().split("\n");
    expect(body.trimEnd().split("\n").slice(-held.length)).toEqual(
      held.map((line) => (line === "" ? "|" : `| ${line.replace("#review", "# review")}`)),
    );
  });

  it("is none without a moderator", () => {
    expect(composeModeration(review(), WORD, mailPolicy())).toBeNull();
  });

  it("tells of a mail from strangers without their line ends", () => {
    const held = { ...review(), subject: "a\r\nBcc: x@y.example", inReplyTo: "a\nb #syz fix" };
    const raw = composeModeration(held, WORD, POLICY)?.raw ?? "";
    expect(raw).not.toMatch(/^(Bcc|b #syz)/m);
  });
});

describe("mails of ours that come back", () => {
  const all = () => [review(), answer(), composeModeration(review(), WORD, POLICY)].map((mail) => mail?.raw ?? "");

  it("hold no line that anybody obeys, quoted or not", () => {
    for (const raw of all()) {
      for (const line of bodyOf(raw)
        .split("\n")
        .filter((l) => !l.startsWith("    ")))
        expect(line).not.toMatch(BOT_COMMAND);
      for (const quote of QUOTED) expect(readCommands(quote(bodyOf(raw)))).toEqual([]);
    }
  });

  it("give no commands, even with a command in them and from the moderator's own address", async () => {
    const reader = noteReader(POLICY);
    for (const raw of all()) {
      const spoiled = raw.replace("\n\n", `\n\n#review approve ${WORD}\n`);
      for (const text of [spoiled, spoiled.replace(/^(Auto-Submitted|X-Patchwitness-[\w-]+):.*(\n .*)*\n/gm, "")]) {
        expect(text).toContain(`\n#review approve ${WORD}\n`);
        expect(reader?.mayHold(Buffer.from(text))).toBe(true);
        expect(reader?.read(await parseMessage(Buffer.from(text)))?.commands ?? []).toEqual([]);
      }
    }
  });

  it("are told from mails that a person writes from the same address", async () => {
    const text = `From: ${OWN}\nMessage-ID: <hand-written@witness.example>\n\n#review approve ${WORD}\n`;
    expect(noteReader(POLICY)?.read(await parseMessage(Buffer.from(text)))?.commands).toEqual([
      { verb: "approve", ids: [WORD], reason: "" },
    ]);
  });

  it("and no other program gives commands", async () => {
    const text = `From: chief@kernel.example\nAuto-Submitted: auto-replied\n\n#review approve ${WORD}\n`;
    expect(noteReader(POLICY)?.read(await parseMessage(Buffer.from(text)))).toBeUndefined();
    expect(noteReader(null)).toBeNull();
  });
});
