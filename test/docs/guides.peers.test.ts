/** The guide to watching a list does what it says, beside a real public-inbox and a mail server on loopback. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeEpoch } from "../io/archive/epoch-peer.js";
import { hasLore, type Lore, startLore } from "../io/archive/lore-peer.js";
import { type SmtpPeer, startSmtp } from "../io/mail/smtp-peer.js";
import { follow } from "./guide.js";

const SHIFT = new URL("../apps/watch/shift-clock.mjs", import.meta.url).href;
const LIST = "kvm-riscv@lists.infradead.org";
const PATCH = readFileSync("fixtures/threads/unlocked-write/patch.mbox", "utf8").replace(/^From .*\n/, "");

/** A version of the patch of the fixture, sent to the list so many hours ago. */
const version = (n: number, hours: number): string =>
  PATCH.replace(
    "20260310110240.1202-1-author",
    n === 1 ? "20260310110240.1202-1-author" : "20260311110240.1203-1-author",
  )
    .replace("[PATCH]", n === 1 ? "[PATCH]" : `[PATCH v${n}]`)
    .replace(/^Date:.*$/m, `Date: ${new Date(Date.now() - hours * 3_600_000).toUTCString().replace("GMT", "+0000")}`)
    .replace(/^(To|Cc):.*\n(?:[ \t].*\n)*/gm, "")
    .replace(/^Subject:/m, `To: ${LIST}\nSubject:`);

/** What a maintainer of the list answers to the reply. */
const answer = (to: string, text: string): string =>
  `From: M. Maintainer <maintainer@example.org>\nTo: ${LIST}\nDate: ${new Date().toUTCString()}\nMessage-ID: <answer@example.org>\n` +
  `In-Reply-To: <${to}>\nSubject: Re: [PATCH v2] words\n\n${text}\n`;

describe.skipIf(!hasLore)(`docs/guide-watch.md${hasLore ? "" : " (skipped: no public-inbox)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "guide-lore-"));
  let lore: Lore;
  let smtp: SmtpPeer;
  beforeAll(async () => {
    const epoch = join(folder, "epoch.git");
    writeEpoch(epoch, [{ m: version(1, 60) }]);
    lore = await startLore(join(folder, "server"), "kvm-riscv", epoch);
    smtp = await startSmtp();
  });
  afterAll(async () => {
    await smtp?.close();
    await lore?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("can be followed", { timeout: 300_000 }, async () => {
    // Answers of an archive are kept for ten minutes: time has to pass before what is new is seen.
    const env = { NODE_OPTIONS: `--import ${SHIFT}`, CLOCK_SHIFT_MS: "0" };
    const post = (mail: string): void => {
      env.CLOCK_SHIFT_MS = String(Number(env.CLOCK_SHIFT_MS) + 11 * 60_000);
      writeEpoch(join(lore.folder, "git/0.git"), [{ m: mail }]);
      lore.index();
    };
    const real = "https://lore.kernel.org/kvm-riscv/";
    await follow("docs/guide-watch.md", {
      instead: [
        [`: ${real}\n`, `: ${lore.url}\n    allowPrivate: true\n`],
        ["port: 2525", `port: ${smtp.port}`],
      ],
      env,
      before: [
        [/--send\nreview queue list --config/, () => post(version(2, 30))],
        [
          /review ledger --answers/,
          () => {
            // It went out once, to the author and the list.
            expect(smtp.taken.map(({ to }) => to)).toEqual([["author@example.org", LIST]]);
            post(
              answer(
                "20260311110240.1203-1-author@example.org",
                "#review invalid 51258317b18a3021 all of them are stopped there",
              ),
            );
          },
        ],
      ],
    });
  });
});
