// The way of a mail: what each stage makes of the fixture, from its bytes to the reply.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LAYERS } from "../layers.mjs";
import { report } from "./engine.mjs";
import { arrow, block, box, picture, text, widthOf, wrap } from "./svg.mjs";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MAIL = "fixtures/threads/unlocked-write/patch.mbox";

/** What `review parse` prints of the mail. */
function parsed() {
  const args = ["--import", "tsx", at("src/apps/cli.ts"), "parse", "--quiet", MAIL];
  return JSON.parse(spawnSync(process.execPath, args, { cwd: at("."), encoding: "utf8" }).stdout.split("\n")[0]);
}

/** Stages by folders of src/, in the order in which they may import: what they do, and what they made of the mail. */
function stages() {
  const [mail, finding] = [parsed(), report([MAIL]).findings[0]];
  const [file] = mail.files;
  const { version, index, total } = mail.series;
  const [site] = finding.witness;
  const held = site.locks.length === 0 ? "no lock held" : `holding ${site.locks.join(", ")}`;
  return [
    ["message", "Bytes become a message: headers, bodies, character sets", `Message-ID ${mail.messageId}`],
    ["thread", "Messages become threads, series and versions", `v${version}, patch ${index} of ${total}`],
    [
      "patch",
      "The diff is taken out of the mail, or of quotes of it",
      `${file.newPath}: +${file.additions} -${file.deletions}, ${file.hunks} hunk`,
    ],
    ["tree", "The patch is applied to the tree it is made for", "(without a tree the hunks are read alone)"],
    ["source", "C is cut into functions and parsed, without a build", `${finding.function}()`],
    ["analysis", "Each function is run to a fixpoint: events, locks held", `line ${site.line}: ${site.role}, ${held}`],
    ["rules", "Rules are data: they ask the events of all functions", finding.rule],
    ["review", "Both sides of the patch are compared", `${finding.status}, confidence ${finding.confidence}`],
    ["report", "A finding becomes words", finding.message],
    [
      "speak",
      "What is said to whom, and when, or why nothing is",
      "(with review watch, for lists that are switched on)",
    ],
  ];
}

export function way() {
  const rows = stages();
  const order = LAYERS.filter((layer) => rows.some(([name]) => name === layer));
  if (order.join() !== rows.map(([name]) => name).join() || !rows.every(([name]) => existsSync(at(`src/${name}`))))
    throw new Error("the stages are not those of tools/layers.mjs");
  const [width, step, top] = [860, 62, 92];
  const body = [
    text(24, 34, "From a mail to a reply", "h"),
    text(
      24,
      58,
      "Each stage is a folder of src/ and knows nothing of those below it. On the right, what it made of one mail.",
      "s",
      812,
    ),
  ];
  rows.forEach(([name, does, made], n) => {
    const y = top + n * step;
    body.push(box(24, y - 14, 400, 44), text(36, y + 4, name, "b"), text(36, y + 22, does, "s", 380));
    if (n < rows.length - 1)
      body.push(
        arrow([
          [60, y + 30],
          [60, y + step - 14],
        ]),
      );
    const cls = made.startsWith("(") ? "s" : "m";
    const lines = wrap(made, 400, cls);
    body.push(block(444, y + (lines.length === 1 ? 12 : 4), lines, cls, 16));
  });
  const words = rows.map(([name, does]) => `${name}: ${does}`).join(". ");
  if (rows.some(([, does]) => widthOf(does, "s") > 380)) throw new Error("no room");
  return picture({
    width,
    height: top + rows.length * step - 10,
    title: "The way of a mail from bytes to a reply",
    desc: `${words}.`,
    body,
  });
}
