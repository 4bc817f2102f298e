/**
 * From a patch on a list to silence about its next version: a real lore, a watch, a moderator, an SMTP server that loses an
 * answer, the reply in the archive, and a maintainer's word about it.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outgoingSchema } from "../../../src/speak/outgoing.js";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { hasLore, type Lore, startLore } from "../../io/archive/lore-peer.js";
import { type Fault, type SmtpPeer, startSmtp, type Taken } from "../../io/mail/smtp-peer.js";
import { type Place, program, type Ran, roundOf } from "./program.js";

const { folder, place, run } = program();
const LIST = "lock-list@lists.example.org";
const MAINTAINER = "maint@example.org";
const MODERATOR = "mod@example.org";
const PAGE = "https://reviews.example.net/#/patchset/v1%40example.org";
const PATCH = readFileSync("fixtures/threads/unlocked-write/patch.mbox", "utf8").replace(/^From .*\n/, "");

/** A version of the patch, sent so many hours ago. */
function version(n: number, hours: number): string {
  const date = new Date(Date.now() - hours * 3_600_000).toUTCString().replace("GMT", "+0000");
  return PATCH.replace(/^Message-ID:.*$/im, `Message-ID: <v${n}@example.org>`)
    .replace(/^Date:.*$/m, `Date: ${date}`)
    .replace(/^To:.*\n/m, "")
    .replace(/^Cc:.*\n(?:[ \t].*\n)*/m, "")
    .replace(
      /^Subject: \[PATCH\]/m,
      `To: ${LIST}\nCc: ${MAINTAINER}, other@lists.example.org\nSubject: [PATCH${n === 1 ? "" : ` v${n}`}]`,
    );
}

const said = (from: string, id: string, parent: string, text: string): string =>
  `From: ${from}\nTo: ${LIST}\nDate: ${new Date().toUTCString()}\nMessage-ID: <${id}@example.org>\nIn-Reply-To: <${parent}>\n` +
  `Subject: Re: words\n\n${text}\n`;

describe.skipIf(!hasLore)(
  `a reply from the list to the list and back${hasLore ? "" : " (skipped: no public-inbox)"}`,
  () => {
    let lore: Lore;
    let smtp: SmtpPeer;
    let here: Place;
    let inbox: string;
    /** What the next mail meets. */
    let fault: Fault | null = null;

    const post = (mail: string): void => {
      writeEpoch(join(lore.folder, "git/0.git"), [{ m: mail }]);
      lore.index();
    };
    /** The list's server: what it takes for the list stands in the archive. */
    const deliver = (): Taken[] => {
      const mails = smtp.taken.splice(0);
      for (const { to, raw } of mails)
        if (to.includes(LIST)) post(Buffer.from(raw, "latin1").toString("utf8").replaceAll("\r\n", "\n"));
      return mails;
    };
    const watch = (args: string[], options = {}): Promise<Ran> => here.watch(args, options);
    const queue = (...args: string[]): Promise<Ran> => run(["queue", ...args, "-c", here.config]);

    beforeAll(async () => {
      const epoch = join(folder, "epoch.git");
      const page = `I see that ${PAGE} has doubts too.`;
      writeEpoch(epoch, [{ m: version(1, 30) }, { m: said("reader@example.org", "r1", "v1@example.org", page) }]);
      lore = await startLore(join(folder, "server"), "locks", epoch);
      smtp = await startSmtp(() => {
        const now = fault;
        fault = null;
        return now;
      });
      inbox = join(folder, "inbox");
      mkdirSync(join(inbox, "new"), { recursive: true });
      mkdirSync(join(inbox, "cur"));
      here = place({
        sources: [
          { name: "lore", type: "public-inbox", url: lore.url, allowPrivate: true, cacheSeconds: 600 },
          { name: "own", type: "maildir", path: inbox },
        ],
        lists: [
          {
            address: LIST,
            mode: "moderation",
            confidence: "low",
            archive: lore.url,
            allowPrivate: true,
            commanders: [MAINTAINER],
          },
        ],
        mail: {
          from: "patchwitness <bot@example.org>",
          moderator: MODERATOR,
          reviewers: [{ name: "Reviews", url: "https://reviews.example.net/#/patchset/{id}" }],
          smtp: { host: "127.0.0.1", port: smtp.port, security: "none" },
        },
      });
    });
    afterAll(async () => {
      await smtp?.close();
      await lore?.close();
    });

    it("goes all the way", { timeout: 120_000 }, async () => {
      // The patch is judged, and its mail held; the moderator is asked.
      const first = await watch(["--send", "--plan"]);
      expect(first.code, first.err).toBe(0);
      expect(first.out).toContain(`held for a moderator, then mail to A. Author <author@example.org>`);
      expect(first.out).toContain(`copies to ${LIST}\n`);
      const [asked, ...none] = deliver();
      expect([asked?.to, none]).toEqual([[MODERATOR], []]);
      const word = /^ *#review approve ([0-9a-f]{16})\r$/m.exec(asked?.raw ?? "")?.[1] ?? "";
      expect(word).toHaveLength(16);
      expect((await queue("list")).out).toMatch(/^held, .*v1@example\.org/m);
      expect((await queue("show", "v1@example.org")).out).toContain("What serialises this write");

      // Somebody else's word is not heard, nor the moderator's about another mail; then it is. The server takes the mail and loses the answer.
      const approve = (from: string, id: string, key: string): void =>
        writeFileSync(join(inbox, "new", `${id}.host`), said(from, id, "x@example.org", `#review approve ${key}`));
      approve("eve@example.org", "m1", word);
      approve(MODERATOR, "m2", "0123456789abcdef");
      const deaf = await watch(["--send"]);
      expect(deaf.log.filter(({ msg }) => msg === "command by mail")).toMatchObject([
        { outcome: "refused" },
        { outcome: "not-understood" },
      ]);
      expect(deliver()).toEqual([]);
      approve(MODERATOR, "m3", word);
      // The answer to the moderator goes first; the session of the reply is its second mail.
      fault = { stage: "lost-answer", how: "drop" };
      const lost = await watch(["--send"]);
      expect(lost.log.filter(({ msg }) => msg === "command by mail")).toMatchObject([
        { verb: "approve", outcome: "done" },
      ]);
      const taken = deliver();
      const reply = taken.find(({ to }) => to.includes(LIST));
      expect(reply?.to).toEqual(["author@example.org", LIST]);
      const row = await here.look((store) => store.outboxRow("mail", "v1@example.org"));
      expect(row).toMatchObject({ state: "waiting", open: true, attempts: 1 });

      // It is in the archive: an hour later it is found there, and not sent again.
      const id = outgoingSchema.parse(row?.payload).messageId;
      const raw = await (await fetch(`${lore.url}${encodeURIComponent(id)}/raw`)).text();
      expect(raw).toContain("In-Reply-To: <v1@example.org>");
      expect(raw).toContain(`Reply-To: ${LIST}`);
      expect(raw).toContain(`\nSee also: ${PAGE}\nReproduce: review thread ${lore.url}v1@example.org/\n`);
      await watch(["--send"], { shift: 2 * 3_600_000 });
      expect(deliver().filter(({ to }) => to.includes(LIST))).toEqual([]);
      const sent = await here.look((store) => store.outboxRow("mail", "v1@example.org"));
      expect(sent).toMatchObject({ state: "sent", open: false, attempts: 1 });

      // A maintainer calls the finding wrong, on the list; a stranger does so too, and is not heard.
      const finding = outgoingSchema.parse(row?.payload).findings[0] ?? "";
      post(said("stranger@example.org", "s1", id, `#review invalid ${finding} no`));
      post(
        said(`Maint <${MAINTAINER}>`, "s2", id, `> quoted\n\n#review invalid ${finding} the caller holds the lock\n`),
      );
      const shift = { shift: 3 * 3_600_000 };
      const heard = await watch(["--send"], shift);
      expect(heard.log.filter(({ msg }) => msg === "command by mail").map(({ outcome }) => outcome)).toEqual([
        "refused",
        "done",
      ]);
      const answer = deliver();
      expect(answer.map(({ to }) => to)).toEqual([[MAINTAINER]]);
      expect(answer[0]?.raw).toContain("noted as wrong");
      const known = await here.look(async (store) => ({
        ledger: await store.ledger(),
        suppressed: await store.suppressions(),
      }));
      expect(known.ledger).toMatchObject([
        { finding, valid: false, by: MAINTAINER, via: "mail", reason: "the caller holds the lock" },
      ]);
      expect(known.suppressed).toMatchObject([{ what: finding, by: MAINTAINER, reason: "the caller holds the lock" }]);

      // The next version has the same finding, and nothing is said of it.
      post(version(2, -4));
      const silent = await watch(["--send", "--plan"], { shift: 5 * 3_600_000 });
      expect(roundOf(silent)).toMatchObject({ judged: 1 });
      expect(silent.out).toContain("silent: nothing was found that is to be told");
      expect(silent.out).toContain(`leaves out ${finding} kvm/cross-vcpu-mp-state`);
      expect(silent.out).toContain("somebody who may say so has called it wrong");
      expect(deliver()).toEqual([]);
      const shown = await run(["findings", "show", "v1@example.org", "--page", "-c", here.config]);
      expect(shown.code, shown.err).toBe(0);
      expect(shown.out).toContain('<p class="fate">There since v1, still present in v2.</p>');
      for (const url of [PAGE, `${lore.url}v1@example.org/`]) expect(shown.out).toContain(`href="${url}"`);
      const ledger = await run(["ledger", "-c", here.config]);
      expect(ledger.out).toMatch(/kvm\/cross-vcpu-mp-state +0 +1 +0 % +stable/);
      // A judgement by hand does what one by mail does.
      const judge = (verdict: string) =>
        run(["ledger", "-c", here.config, "--add", finding, "--verdict", verdict, "--by", "me", "--reason", "seen"]);
      for (const [verdict, held] of [
        ["valid", []],
        ["invalid", [finding]],
      ] as const) {
        expect((await judge(verdict)).code).toBe(0);
        expect([...(await here.look((store) => store.suppressed()))]).toEqual(held);
      }
    });

    it("never goes out in a dry run, nor for a list that has not opted in", { timeout: 60_000 }, async () => {
      const sources = [{ name: "lore", type: "public-inbox", url: lore.url, allowPrivate: true }];
      const mail = { from: "bot@example.org", smtp: { host: "127.0.0.1", port: smtp.port, security: "none" } };
      const list = { address: LIST, confidence: "low", embargo: "0s" };
      for (const [mode, args] of [
        ["author-and-list", []],
        ["local", ["--send"]],
        ["off", ["--send"]],
      ] as const) {
        const other = place({ sources, lists: [{ ...list, mode }], mail });
        expect((await other.watch([...args])).code).toBe(0);
        const rows = await other.look((store) => store.outbox());
        expect(rows.map(({ state }) => state)).toEqual(mode === "author-and-list" ? ["draft"] : []);
        expect(smtp.taken).toEqual([]);
      }
    });
  },
);
