/** Comments, reviews, checks and answers: what holds of all of them, whatever stands in the pull request. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerBody, explainBody } from "../../../src/report/github/answer.js";
import { checkOutput, configOutput } from "../../../src/report/github/check.js";
import { commentBody } from "../../../src/report/github/comment.js";
import { findingMark, readMarks, reviewMark } from "../../../src/report/github/marks.js";
import type { PullFinding, PullReport } from "../../../src/report/github/pull-report.js";
import { reviewBody } from "../../../src/report/github/review.js";
import { checkBody } from "./check-body.js";
import { hostileFinding, hostileReport, hugeFinding } from "./hostile-pull.js";
import { HEAD, pullCommit, pullReport } from "./pull-sample.js";
import { hostileText, pageOf } from "./render.js";

const RUNS = { numRuns: 60 };
const PIECES = ["a", "`", "` ", "| ", "😀", "\ud800", "\n", "a(", "<!--"];

const keysOf = (body: string): string[] => readMarks(body).map(({ key }) => key);
const review = (report: PullReport, inline: readonly PullFinding[], below: readonly PullFinding[]): string =>
  reviewBody(report, inline, below, { reproduce: "review github torvalds/linux#12" });

const checkChecks = (report: PullReport): void => {
  const { title, summary, text, annotations } = checkOutput(report, "review github torvalds/linux#12");
  expect(title.length).toBeLessThanOrEqual(255);
  for (const body of [summary, text]) checkBody(body);
  expect(readMarks(`${summary}\n${text}`)).toEqual([]);
  for (const one of annotations) {
    expect(one.title.length).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(one.message)).toBeLessThanOrEqual(60_000);
    expect(one.path).not.toMatch(/^$|^\/|(^|\/)\.{0,2}(\/|$)|[\0-\x1f\x7f\\\u202a-\u202e]/);
    expect(`${one.title}${one.message}`).not.toMatch(/[\0-\x09\x0b-\x1f\u202a-\u202e]|pw-bot:|#syz/i);
    expect(one.startLine).toBeGreaterThan(0);
    expect(one.endLine).toBeGreaterThanOrEqual(one.startLine);
  }
};

describe("whatever strangers write", () => {
  it("a comment holds our markup and marker alone", () => {
    fc.assert(
      fc.property(hostileFinding, fc.boolean(), (one, status) => {
        const body = commentBody(one, { status });
        checkBody(body);
        expect(readMarks(body)).toEqual([{ kind: "finding", key: one.finding.id }]);
      }),
      RUNS,
    );
  });

  it("so does a review", () => {
    fc.assert(
      fc.property(hostileReport, fc.nat(4), (report, at) => {
        const [inline, below] = [report.findings.slice(0, at), report.findings.slice(at)];
        const body = review(report, inline, below);
        if (report.findings.length === 0) {
          expect(body).toBe("");
          return;
        }
        checkBody(body);
        const told = [...below.filter(({ place }) => place === null), ...below.filter(({ place }) => place !== null)];
        expect(keysOf(body)).toEqual([...told.map(({ finding }) => finding.id), HEAD]);
      }),
      RUNS,
    );
  });

  it("so does a check, and an annotation is plain text at a path of the tree", () => {
    fc.assert(fc.property(hostileReport, checkChecks), RUNS);
  });

  it("so do answers, and what is said of settings", () => {
    fc.assert(
      fc.property(fc.array(hostileText(), { maxLength: 4 }), fc.option(hostileText()), (lines, command) => {
        const body = answerBody(7, lines, command);
        checkBody(body);
        expect(readMarks(body)).toEqual([{ kind: "answer", key: "7" }]);
        const { title, summary, text, annotations } = configOutput(lines);
        checkBody(summary);
        expect([title.length < 255, text, annotations, readMarks(summary)]).toEqual([true, "", [], []]);
      }),
      RUNS,
    );
  });
});

describe("however much there is", () => {
  it.each(PIECES)("bodies keep to their limit, and to their markers: %j", (piece) => {
    const one = hugeFinding(piece);
    for (const status of [true, false]) {
      const body = commentBody(one, { status });
      checkBody(body);
      expect(body.endsWith(findingMark(one.finding.id))).toBe(true);
    }
    const many = Array.from({ length: 15 }, () => ({ ...one, place: null }));
    const text = piece.repeat(2000);
    const report = pullReport({
      findings: many,
      commits: Array.from({ length: 100 }, () => one.commit),
      notes: Array.from({ length: 50 }, () => text),
      threads: Array.from({ length: 100 }, () => `https://x.example/${text}`),
      silent: Array.from({ length: 100 }, () => ({ reason: text, count: 1 })),
      base: text,
    });
    const body = review(report, [], many);
    checkBody(body);
    expect(body.endsWith(reviewMark(HEAD))).toBe(true);
    const told = keysOf(body).length - 1;
    expect(told).toBeGreaterThan(0);
    if (told < many.length) expect(body).toContain(`${many.length - told} more finding`);
    checkChecks(report);
    checkBody(configOutput(Array.from({ length: 1000 }, () => text)).summary);
    checkBody(
      answerBody(
        7,
        Array.from({ length: 200 }, () => text),
        text,
      ),
    );
  });

  it("counts what has no room, and marks what it tells", () => {
    const commits = Array.from({ length: 400 }, (_, at) =>
      pullCommit({ sha: `${at}`.padStart(40, "0"), subject: "x ".repeat(60) }),
    );
    const { summary } = checkOutput(pullReport({ commits, findings: [] }));
    const [, left] = /^(\d+) more commits not listed here\.$/m.exec(summary) ?? [];
    expect(summary.match(/^\| `0/gm)?.length).toBe(400 - Number(left));
  });
});

describe("the page of a rule", () => {
  it("calls nobody, and stands on its own", () => {
    const readme =
      "# kvm/x\n\nOne line\nand its rest, see [there](../../x.md) or [here](https://x.example/).\n\n- a\n  b\n\n```c\n@x\n```\n\nBy @torvalds, #12, `@ok`. <b>\n";
    const body = explainBody(
      7,
      { id: "kvm/x", title: "A title", readme, cites: ["Documentation/x.rst", "0acc7239c20a"] },
      "/review explain kvm/x",
    );
    checkBody(body);
    expect(body).toContain(
      "One line and its rest, see [there] or [here](https://x.example/).\n\n- a b\n\n```c\n@x\n```",
    );
    expect(body).toContain("By @\u200btorvalds, #\u200b12, `@ok`. &lt;b>");
    expect(readMarks(body)).toEqual([{ kind: "answer", key: "7" }]);
  });

  it("is left out where it is too long, and closes what it opens", () => {
    const rule = { id: "kvm/x", title: "A title", cites: ["x"] };
    expect(explainBody(7, { ...rule, readme: "x ".repeat(50_000) }, null)).toContain("The rest is left out here.");
    const open = explainBody(7, { ...rule, readme: "# x\n\n```c\nfoo\n" }, null);
    expect(pageOf(open).comments).toHaveLength(1);
  });
});
