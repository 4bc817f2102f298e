/**
 * Measure: mails per second over the list archive, side by side and in one run: the whole of `review parse`, its first
 * stage alone, git, Python's email package and mailparser. Each peer reads the archive inflated and prints or keeps
 * what it parsed; start-up is counted where a peer is a program.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { simpleParser } from "mailparser";
import { parseMessage } from "../../dist/message/parse-message.js";
import { splitMbox } from "../../dist/message/split-mbox.js";
import { sharedMbox, skipped, table } from "./corpus.mjs";

const cli = fileURLToPath(new URL("../../dist/apps/cli.js", import.meta.url));

const PYTHON = `
import email, email.policy, re, sys
data = open(sys.argv[1], "rb").read()
for part in re.split(rb"(?m)^From mboxrd@z .*\\n", data)[1:]:
    mail = email.message_from_bytes(part)
    [mail[name] for name in ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References")]
    [leaf.get_payload(decode=True) for leaf in mail.walk() if not leaf.is_multipart()]
`;

/** Seconds that `work` takes, the better of so many tries: other programs on the machine only ever slow it down. */
async function seconds(work, tries = 2) {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < tries; n++) {
    const start = performance.now();
    await work();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"], ...options });
  if (done.error !== undefined || done.status !== 0) throw new Error(`${command} failed`, { cause: done.error });
}

/** git mailsplit, then git mailinfo for every mail, as git am does. */
function mailinfo(folder, mbox) {
  const mails = join(folder, "mails");
  run("mkdir", [mails]);
  run("git", ["mailsplit", "--mboxrd", `-o${mails}`, mbox]);
  for (const name of readdirSync(mails).sort()) {
    const input = openSync(join(mails, name), "r");
    run("git", ["mailinfo", join(folder, "msg"), join(folder, "patch")], { stdio: [input, "ignore", "ignore"] });
    closeSync(input);
  }
}

export default async function parseBench() {
  if (sharedMbox === null) return skipped("mails per second");
  const folder = mkdtempSync(join(tmpdir(), "parse-bench-"));
  try {
    const bytes = gunzipSync(readFileSync(sharedMbox));
    const mbox = join(folder, "archive.mbox");
    writeFileSync(mbox, bytes);
    const mails = splitMbox(bytes).map((mail) => mail.bytes);
    const single = mails.filter((mail) => !/^content-type:\s*multipart\//im.test(mail.toString("latin1", 0, 16_384)));
    const first = async (list) => {
      for (const mail of list) await parseMessage(mail);
    };
    // The first pass warms the compiler up; a long-running service sees the second.
    await first(single);
    const rows = [
      [
        "review parse, whole program",
        mails.length,
        await seconds(() => run(process.execPath, [cli, "parse", "--quiet", mbox])),
      ],
      [
        "review parse, archive still gzipped",
        mails.length,
        await seconds(() => run(process.execPath, [cli, "parse", "--quiet", sharedMbox])),
      ],
      ["splitting alone", mails.length, await seconds(async () => splitMbox(bytes))],
      ["first stage alone, all mails", mails.length, await seconds(() => first(mails))],
      ["first stage alone, mails of one part", single.length, await seconds(() => first(single))],
      ["python email", mails.length, await seconds(() => run("python3", ["-c", PYTHON, mbox]))],
      [
        "mailparser simpleParser",
        mails.length,
        await seconds(async () => {
          for (const mail of mails) await simpleParser(mail);
        }),
      ],
      ["git mailsplit + git mailinfo", mails.length, await seconds(() => mailinfo(folder, mbox), 1)],
    ];
    const own = rows[0][1] / rows[0][2];
    table(
      `mails per second (${mails.length} mails, ${Math.round(bytes.length / 1e6)} MB, ${cpus().length} cores, node ${process.versions.node})`,
      rows.map(([label, count, time]) => [
        label,
        `${Math.round(count / time)
          .toString()
          .padStart(7)}  (review parse is ${(own / (count / time)).toFixed(1)} times that)`,
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
