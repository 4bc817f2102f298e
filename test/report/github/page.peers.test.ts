/** A review as a person sees it on GitHub, in Chromium; the pictures are kept where PATCHWITNESS_PICTURES names a folder. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadParser, loadRules } from "../../../src/io/load-rules.js";
import { readInputs } from "../../../src/io/read-input.js";
import type { Message } from "../../../src/message/message.js";
import { answerBody, explainBody } from "../../../src/report/github/answer.js";
import { checkOutput, configOutput } from "../../../src/report/github/check.js";
import { commentBody } from "../../../src/report/github/comment.js";
import type { PullReport } from "../../../src/report/github/pull-report.js";
import { reviewBody } from "../../../src/report/github/review.js";
import { reviewMessages } from "../../../src/review/review.js";
import { CHROMIUM, launch, open } from "../html/browser.js";
import { pullOf } from "./as-pull.js";
import { pullCommit, pullFinding, pullReport } from "./pull-sample.js";
import { renderGfm } from "./render.js";

const WIDTH = 900;

/** GitHub's look of a comment, in short: what decides how wide things are. */
const STYLE = `body{font:14px/1.5 sans-serif;margin:16px;color:#1f2328}article{border:1px solid #d1d9e0;border-radius:6px;margin:0 0 16px}
article>h6{background:#f6f8fa;margin:0;padding:8px 16px;font-size:12px}article>div{padding:0 16px 8px;overflow-wrap:break-word}
code{font:85% monospace;background:#818b981f;padding:.2em .4em;border-radius:6px;white-space:break-spaces}
pre{background:#f6f8fa;padding:16px;overflow:auto}pre code{background:none;padding:0;white-space:pre}
table{border-collapse:collapse;display:block;width:max-content;max-width:100%;overflow:auto}
td,th{border:1px solid #d1d9e0;padding:6px 13px}ul{padding-left:2em}blockquote{color:#59636e;border-left:.25em solid #d1d9e0;padding:0 1em;margin:0}`;

type Part = [title: string, markdown: string];

const partsOf = (report: PullReport): Part[] => {
  const inline = report.findings.filter(({ place }) => place !== null);
  const below = report.findings.filter(({ place }) => place === null);
  const { title, summary, text } = checkOutput(report, "review github example/linux#1");
  return [
    ["review", reviewBody(report, inline, below, { reproduce: "review github example/linux#1" })],
    ...inline.map((one): Part => ["comment", commentBody(one, { status: true })]),
    ["check", `## ${title}\n\n${summary}\n\n${text}`],
  ];
};

const pageOfParts = (parts: readonly Part[]): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>review</title><style>${STYLE}</style><body>${parts
    .map(([title, markdown]) => `<article><h6>${title}</h6><div>${renderGfm(markdown)}</div></article>`)
    .join("\n")}</body></html>`;

const founding = async (): Promise<Part[]> => {
  const messages: Message[] = [];
  for await (const message of readInputs(["fixtures/threads/susp-gate/patch.mbox"])) messages.push(message);
  const [rules, parse] = [await loadRules(), await loadParser()];
  return partsOf(pullOf(await reviewMessages(messages, { tree: null, rules, parse, version: "0.1.0" })));
};

const EVIL = '<script>document.title="ran"</script><img src=x onerror="document.title=1"> @torvalds #12 ';

/** Everything that GitHub can be given: suggestions, folded parts, findings without a line, hostile names, long words. */
const crowded = (): Part[] => {
  const long = pullFinding().finding.interleaving.flatMap((step) => [step, step, step]);
  const at = { path: "a.c", side: "RIGHT", line: 3, startLine: null } as const;
  const findings = [
    pullFinding({ confidence: "low" }, { edit: ["\tspin_lock(&vcpu->arch.mp_state_lock);", "\tif (x)"] }),
    pullFinding({ interleaving: long }, { toldAt: "https://lore.example.org/x/", exact: false, place: at }),
    pullFinding({ path: `virt/${"long_name/".repeat(30)}x.c`, why: "w".repeat(300) }, { place: null }),
    pullFinding({ message: EVIL, function: EVIL, why: EVIL, path: EVIL }, { place: null }),
  ];
  const commits = [pullCommit(), pullCommit({ sha: "f".repeat(40), subject: `${EVIL}| \u202e` })];
  const readme = readFileSync("rules/kvm/lock-order/README.md", "utf8");
  const rule = { id: "kvm/lock-order", title: "Locks in the documented order", readme, cites: ["0acc7239c20a"] };
  return [
    ...partsOf(pullReport({ findings, commits, notes: [`${EVIL} was not read.`] })),
    ["settings", configOutput(["lists.kvm: expected a string", EVIL]).summary],
    ["answer", answerBody(1, ["e41365caf4be62ae is not told any more."], `/review invalid e41365caf4be62ae ${EVIL}`)],
    ["answer", explainBody(1, rule, "/review explain kvm/lock-order")],
  ];
};

describe.skipIf(!existsSync(CHROMIUM))(`reviews in a browser (skipped without ${CHROMIUM})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "github-"));
  const pictures = process.env.PATCHWITNESS_PICTURES ?? folder;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ["founding", founding],
    ["crowded", crowded],
  ] as const)("%s: nothing runs, nothing is too wide, what is folded unfolds", async (name, make) => {
    const path = join(folder, `${name}.html`);
    writeFileSync(path, pageOfParts(await make()));
    const { page, complaints, close } = await open(browser, pathToFileURL(path).href, {
      scheme: "light",
      width: WIDTH,
    });
    await page.screenshot({ path: join(pictures, `github-${name}.png`), fullPage: true });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(WIDTH);
    expect(await page.title()).toBe("review");
    expect(await page.evaluate("document.querySelectorAll('script, img, iframe, input, form').length")).toBe(0);
    const folded = page.locator("details");
    expect(await folded.count()).toBe(name === "crowded" ? 2 : 0);
    for (const one of await folded.all()) {
      expect(await one.locator("table").isVisible()).toBe(false);
      await one.locator("summary").click();
      expect(await one.locator("tbody tr").count()).toBe(12);
      expect(await one.locator("table").isVisible()).toBe(true);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});
