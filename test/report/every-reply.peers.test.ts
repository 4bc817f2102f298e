/**
 * Replies to two years of a list: those that `--format reply` writes, those of a policy that opens everything, and one for each
 * patch about its middle line, so that the mails of all who sent patches are quoted once.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readInputs } from "../../src/io/read-input.js";
import type { Message } from "../../src/message/message.js";
import { numberedLines } from "../../src/report/locate.js";
import { renderReplies } from "../../src/report/mail-reply.js";
import { toMboxrd } from "../../src/report/mboxrd.js";
import type { Finding, ReviewedPatch, ReviewResult } from "../../src/review/finding.js";
import { reviewMessages } from "../../src/review/review.js";
import { composeReview } from "../../src/speak/compose.js";
import { planSeries } from "../../src/speak/plan.js";
import { parse, rules } from "../engine.js";
import { history, list, mailPolicy } from "../speak/samples.js";
import { hasPython, type PeerMail, readWithPython } from "./python-mail.js";
import { checkReply } from "./reply-checks.js";
import { gateFinding } from "./sample.js";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/linux-riscv-2019-2020.mbox.gz", import.meta.url));
const RISCV = "linux-riscv@lists.infradead.org";
const OPEN = list({
  address: RISCV,
  severity: "note",
  confidence: "low",
  maxAge: "9999d",
  embargo: "0s",
  cc: "everyone",
  archive: "https://lore.example/linux-riscv/",
});
const mail = mailPolicy({ bots: [] });

/** The line of the archive that was sent as two. */
const BROKEN = "> +       irq_type = (chip->irq_enable & BIT(offset)) ? chip->irq_type[offset] : 0;";

/** The answers that a policy which opens everything gives, each patch by itself: versions are answered though a later one came. */
function answered(result: ReviewResult, all: readonly ReviewedPatch[]): { raw: string; of: ReviewedPatch }[] {
  return all.flatMap((of) => {
    const input = {
      result: { ...result, reviewed: [of] },
      policies: { lists: [OPEN], mail },
      history: history(),
      now: "2021-01-01T00:00:00.000Z",
    };
    return planSeries(input).flatMap((plan) => {
      if (plan.action === "silent") return [];
      const made = composeReview(plan, { result, mail, tree: null, series: "s", version: 1, linked: [] });
      return made === null ? [] : [{ raw: made.raw, of }];
    });
  });
}

/** A finding about the middle line of a patch that it adds, or leaves. */
function middleFinding({ patch, message }: ReviewedPatch): Finding | null {
  const lines = patch.files.flatMap((file) =>
    file.hunks.flatMap((hunk) => numberedLines(hunk).map((line) => ({ ...line, file }))),
  );
  const shown = lines.filter(({ newLine }) => newLine !== null);
  const line = shown[Math.floor(shown.length / 2)];
  if (line === undefined || line.newLine === null) return null;
  const path = line.file.newPath ?? "";
  return gateFinding({ messageId: message.messageId ?? "", path, line: line.newLine, witness: [] });
}

describe.skipIf(!existsSync(CORPUS) || !hasPython)(
  "every reply to 6,158 real mails (skipped without ../shared or python3)",
  () => {
    const mails: Message[] = [];
    let result: ReviewResult;

    beforeAll(async () => {
      for await (const one of readInputs([CORPUS])) mails.push(one);
      result = await reviewMessages(mails, { tree: null, rules, parse, version: "0", index: null });
    }, 300_000);

    function check(read: readonly PeerMail[], of: readonly ReviewedPatch[]): string[] {
      expect(read).toHaveLength(of.length);
      const changed = new Set<string>();
      const complaints = read.flatMap((peer, at) => {
        const reviewed = of[at] as ReviewedPatch;
        const checked = checkReply(peer, reviewed, reviewed.findings.length);
        for (const line of checked.changed) changed.add(line);
        return checked.complaints.map((one) => `${reviewed.message.messageId}: ${one}`);
      });
      expect(complaints).toEqual([]);
      return [...changed];
    }

    it("that --format reply writes is as a reader wants it", () => {
      expect(mails).toHaveLength(6158);
      const { mboxrd } = renderReplies(result, { tree: null, from: null });
      const read = readWithPython(mboxrd);
      const byId = new Map(result.reviewed.map((one) => [`<${one.patch.messageId}>`, one]));
      const of = read.map(
        (peer) => byId.get(peer.headers.find(([name]) => name === "In-Reply-To")?.[1] ?? "") as ReviewedPatch,
      );
      expect(check(read, of)).toEqual([]);
      expect(read.length).toBeGreaterThan(0);
    });

    it("that an open policy lets out is, too", () => {
      const all = answered(result, result.reviewed);
      expect(all).toHaveLength(12);
      expect(
        check(
          readWithPython(toMboxrd(all.map(({ raw }) => raw))),
          all.map(({ of }) => of),
        ),
      ).toEqual([]);
    });

    it("that quotes the middle of each patch is, too", { timeout: 300_000 }, () => {
      const made = result.reviewed.flatMap((one) => {
        const finding = middleFinding(one);
        return finding === null ? [] : [{ ...one, findings: [finding] }];
      });
      const all = answered(result, made);
      console.info(`${all.length} replies, of ${made.length} patches`);
      expect(all.length).toBeGreaterThan(1500);
      const changed = check(
        readWithPython(toMboxrd(all.map(({ raw }) => raw))),
        all.map(({ of }) => of),
      );
      // No mail of the archive holds what a bot or a terminal acts on. One patch was sent with a line that its client broke.
      expect(changed.map((line) => line.trim())).toEqual([BROKEN]);
    });
  },
);
