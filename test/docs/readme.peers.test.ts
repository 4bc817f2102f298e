/**
 * The README does what it says: its blocks are run in order, beside a public-inbox, a mail server and a GitHub
 * on loopback. The two blocks of "Start" are run by CI itself, on a fresh clone; the reply on its first screen is made by its generator.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kernel } from "../apps/github/kernel.js";
import { hasSendEmail } from "../apps/send-email.js";
import { writeEpoch } from "../io/archive/epoch-peer.js";
import { hasLore, type Lore, startLore } from "../io/archive/lore-peer.js";
import { type SmtpPeer, startSmtp } from "../io/mail/smtp-peer.js";
import { type AppPlay, heard, startAppPlay } from "./app-play.js";
import { isCommand } from "./documents.js";
import { blocksOf, follow } from "./guide.js";

const ID = "20260310110240.1202-1-author@example.org";
const FIXTURE = readFileSync("fixtures/threads/unlocked-write/patch.mbox", "utf8");
const sent = new Date(Date.now() - 30 * 3_600_000);
const LIST = "kvm-riscv@lists.infradead.org";

/** The patch of the fixture, sent to the list thirty hours ago; and its next version. */
const FIRST = FIXTURE.replace(/^From .*\n/, "")
  .replace(/^Date:.*$/m, `Date: ${sent.toUTCString().replace("GMT", "+0000")}`)
  .replace(/^(To|Cc):.*\n(?:[ \t].*\n)*/gm, "")
  .replace(/^Subject:/m, `To: ${LIST}\nSubject:`);
const SECOND = FIRST.replace(/20260310110240/g, "20260311110240").replace("[PATCH]", "[PATCH v2]");
const SHIFT = new URL("../apps/watch/shift-clock.mjs", import.meta.url).href;

/** A block of yaml with such words. */
const yaml = (words: string): string =>
  blocksOf(readFileSync("README.md", "utf8")).find((b) => b.language === "yaml" && b.text.includes(words))?.text ?? "";

const isWhole = hasLore && hasSendEmail;
describe.skipIf(!isWhole)(`README.md${isWhole ? "" : " (skipped: no public-inbox, or no git send-email)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  let lore: Lore;
  let smtp: SmtpPeer;
  let github: AppPlay;
  beforeAll(async () => {
    const epoch = join(folder, "epoch.git");
    writeEpoch(epoch, [{ m: FIRST }]);
    lore = await startLore(join(folder, "server"), "kvm", epoch);
    smtp = await startSmtp();
    github = await startAppPlay();
  });
  afterAll(async () => {
    await lore?.close();
    await smtp?.close();
    expect(await github?.close()).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a reader has before the block: a tree, a clone, a series. */
  const tree = (at: string): void => {
    for (const [path, text] of Object.entries({
      ...kernel(),
      "virt/kvm/kvm_main.c": "int kvm_init(void)\n{\n\treturn 0;\n}\n",
    })) {
      mkdirSync(join(at, "linux", path, ".."), { recursive: true });
      writeFileSync(join(at, "linux", path), text);
    }
  };

  it("can be followed", { timeout: 300_000 }, async () => {
    const person = { NAME: "R. Reviewer", EMAIL: "reviewer@example.org" };
    const names = Object.entries(person).flatMap(([of, is]) =>
      ["AUTHOR", "COMMITTER"].map((w) => [`GIT_${w}_${of}`, is]),
    );
    // Answers of an archive are kept for ten minutes: time has to pass before what is new is seen.
    const env: Record<string, string> = { ...github.play.env, ...Object.fromEntries(names) };
    const later = { NODE_OPTIONS: `--import ${SHIFT}`, CLOCK_SHIFT_MS: String(11 * 60_000) };
    let pages: number[] = [];
    await follow("README.md", {
      blocks: isCommand,
      env,
      instead: [
        ...(github.play.instead ?? []),
        ["npx review", "review"],
        ["review thread MESSAGE-ID", `review thread ${ID} --inbox ${lore.url} --allow-private # exit code 1`],
        ["~/linux", "linux"],
        ["git config b4", "cd linux && git init -q && git config b4"],
        ["series.mbox > replies.mbox", "series.mbox > replies.mbox || test $? -eq 1"],
        ["--confirm=always", `--confirm=never --smtp-server=127.0.0.1 --smtp-server-port=${smtp.port}`],
        ["npm install --global .\nmkdir ~/patchwitness && cd ~/patchwitness", "true"],
        ["https://lore.kernel.org/kvm-riscv/\nEND", `${lore.url}\n    allowPrivate: true\nEND`],
        ["show MESSAGE-ID", `show ${ID}`],
        ["review serve --config watch.yaml", "review serve --config watch.yaml --listen 127.0.0.1:0"],
        ["GITHUB_TOKEN=... review github owner/linux#12", "review github kvm/linux#1 # exit code 1"],
      ],
      before: [
        ...(github.play.before ?? []),
        [/--scan/, tree],
        [/review app setup/, () => Object.assign(env, { NODE_OPTIONS: "" })],
        [/series\.mbox/, (at) => cpSync("fixtures/threads/unlocked-write/patch.mbox", join(at, "series.mbox"))],
        [
          /--dry-run --plan/,
          (at) => {
            const [config, lists] = [join(at, "watch.yaml"), yaml("lists:")];
            const mail = lists.replace("host: 127.0.0.1,", `host: 127.0.0.1, port: ${smtp.port},`);
            writeFileSync(config, `${readFileSync(config, "utf8")}${mail}\n`);
            writeEpoch(join(lore.folder, "git/0.git"), [{ m: SECOND }]);
            lore.index();
            Object.assign(env, later);
          },
        ],
      ],
      beside: [
        ...(github.play.beside ?? []),
        [
          /review serve/,
          async ({ said, end }) => {
            const origin = await heard(said, /(http:\/\/127\.0\.0\.1:[1-9]\d*)/);
            pages = await Promise.all(
              ["/", "/findings.json?rule=kvm/lock-order"].map(async (path) => (await fetch(`${origin}${path}`)).status),
            );
            end();
          },
        ],
      ],
    });
    expect(pages).toEqual([200, 200]);
    expect(smtp.taken.map(({ to }) => to)).toEqual([["author@example.org"], ["you@example.org"]]);
    const { checks } = github.fake.posted();
    expect(checks.length).toBe(1);
  });
});
