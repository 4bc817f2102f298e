/** A pipermail archive as files, from the one of the shared corpus. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { splitMbox } from "../../../src/message/split-mbox.js";
import { SHARED } from "../../io/archive/epoch-peer.js";

const TAR = join(SHARED, "corpus/pipermail-linux-riscv-2019-05.tar.gz");

/**
 * The first `texts` mails of May as text, and the first `pages` of it as the pages of a month after it that has no text: both
 * forms of the archive, and mails that come twice. Files below /list/ by path, and how many
 * mails they are.
 */
export function pipermailTree(
  folder: string,
  texts: number,
  pages: number,
): { content: Map<string, Buffer>; mails: number } {
  execFileSync("tar", ["xzf", TAR, "-C", folder]);
  const tree = new Map<string, Buffer>();
  const mails = splitMbox(readFileSync(join(folder, "2019-May.txt")), { dialect: "pipermail" }).slice(0, texts);
  const text = mails.map(({ fromLine, bytes }) => `${fromLine}\n${bytes.toString("latin1")}`).join("");
  tree.set("/list/2019-May.txt", Buffer.from(text, "latin1"));
  const listing = readFileSync(join(folder, "2019-May/date.html"), "utf8");
  const numbers = [...new Set([...listing.matchAll(/HREF="(\d+)\.html"/gi)].map(([, number]) => String(number)))];
  const chosen = numbers.slice(0, pages);
  for (const number of chosen)
    tree.set(`/list/2019-June/${number}.html`, readFileSync(join(folder, `2019-May/${number}.html`)));
  const items = chosen.map((number) => `<LI><A HREF="${number}.html">x</A>`).join("\n");
  tree.set("/list/2019-June/date.html", Buffer.from(`<HTML><b>Messages sorted by:</b>\n${items}\n</HTML>`));
  const rows = `<A href="2019-June/date.html">[ Date ]</A>\n<A href="2019-May/date.html">[ Date ]</A>\n<A href="2019-May.txt">[ Text ]</A>`;
  tree.set("/list/index.html", Buffer.from(`<HTML><title>The List Archives</title>${rows}</HTML>`));
  return { content: tree, mails: mails.length + chosen.length };
}
