import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDiff } from "../../src/patch/parse-diff.js";
import { commitPatch } from "../../src/pulls/commit-patch.js";
import type { LineComment, LineThread, PostedReview } from "../../src/pulls/forge.js";
import { conclusionOf, inlineFindings, type PullPlan, planPull } from "../../src/pulls/plan.js";
import { reconcile, type Standing } from "../../src/pulls/reconcile.js";
import type { RepoConfig } from "../../src/pulls/repo-config.js";
import { fixedBody } from "../../src/report/github/answer.js";
import type { Finding } from "../../src/review/finding.js";
import { commit, config, finding, sha } from "./samples.js";

const US = "patchwitness[bot]";
const LINES = 12;
const DIFF = [
  "diff --git a/virt/kvm/a.c b/virt/kvm/a.c",
  "--- a/virt/kvm/a.c",
  "+++ b/virt/kvm/a.c",
  `@@ -1,1 +1,${LINES} @@`,
  " one;",
  ...Array.from({ length: LINES - 1 }, (_, n) => `+new ${n};`),
  "",
].join("\n");

const idOf = (n: number): string => n.toString(16).padStart(16, "0");

function planOf(findings: Finding[], over: Partial<RepoConfig> = {}, head = sha("a")): PullPlan {
  const { message, patch } = commitPatch(commit({ sha: head }), DIFF, 1, 1);
  const report = {
    messageId: head,
    subject: "s",
    series: null,
    analysed: "tree",
    reason: null,
    files: ["virt/kvm/a.c"],
  } as const;
  const review = {
    tool: { name: "patchwitness", version: "1", rules: "sha256-0" },
    patches: [{ ...report, files: [...report.files] }],
    findings,
    problems: [],
  };
  const reviewed = [{ message, patch, report: { ...report, files: [...report.files] }, findings }];
  return planPull({
    head,
    result: { review, reviewed },
    commits: [{ sha: head, subject: "s", analysed: "tree", reason: null }],
    diff: parseDiff(DIFF).files,
    base: "git 0",
    config: config(over),
    history: { suppressed: new Set(), demoted: new Set() },
    toldAt: new Map(),
    notes: [],
    threads: [],
  });
}

const nothing: Standing = { login: US, comments: [], threads: [], reviews: [] };
const options = { most: 30, reproduce: "review github a/b#1" };

/** What stands there after the steps were done. */
function done(before: Standing, plan: PullPlan): Standing {
  const steps = reconcile(plan, before, options);
  let id = before.comments.length + 1;
  const comments: LineComment[] = [...before.comments];
  const threads: LineThread[] = [...before.threads];
  const reviews: PostedReview[] = [...before.reviews];
  if (steps.review !== null) {
    reviews.push({ id, author: US, body: steps.review.body, commit: plan.report.head });
    for (const { body, place } of steps.review.comments) {
      threads.push({ id: `t${id}`, resolved: false, resolvedBy: null, first: id });
      comments.push({ id: id++, author: US, body, path: place.path, replyTo: null });
    }
  }
  const closed = new Set(steps.fixed.map(({ thread }) => thread));
  for (const { comment, finding: about, say } of steps.fixed)
    if (say)
      comments.push({ id: id++, author: US, body: fixedBody(about, plan.report.head), path: "x", replyTo: comment });
  return {
    ...before,
    comments,
    reviews,
    threads: threads.map((one) => (closed.has(one.id) ? { ...one, resolved: true, resolvedBy: US } : one)),
  };
}

const settled = (plan: PullPlan, standing: Standing): boolean => {
  const { review, back, fixed } = reconcile(plan, standing, options);
  return review === null && back.length === 0 && fixed.length === 0;
};

describe("what is posted", () => {
  it("is nothing more once all of it stands there, whatever is found", () => {
    const some = fc.uniqueArray(fc.record({ n: fc.nat({ max: 60 }), line: fc.integer({ min: 1, max: 20 }) }), {
      selector: ({ n }) => n,
      maxLength: 40,
    });
    fc.assert(
      fc.property(some, some, (first, second) => {
        const of = (list: typeof first, head: string) =>
          planOf(
            list.map(({ n, line }) => finding({ id: idOf(n), line, function: `f${n}` })),
            {},
            head,
          );
        const [one, two] = [of(first, sha("a")), of(second, sha("b"))];
        const after = done(nothing, one);
        expect(settled(one, after)).toBe(true);
        const later = done(after, two);
        const kept = reconcile(two, later, options);
        expect([kept.review, kept.fixed]).toEqual([null, []]);
        const told = later.comments.filter(({ replyTo }) => replyTo === null).map(({ body }) => body);
        expect(new Set(told).size).toBe(told.length);
      }),
      { numRuns: 60 },
    );
  });

  it("has thirty comments at the most, the gravest; the rest stands in the text", () => {
    const many = Array.from({ length: 40 }, (_, n) =>
      finding({ id: idOf(n), line: 2 + (n % 10), severity: n < 35 ? "warning" : "error", function: `f${n}` }),
    );
    const plan = planOf(many);
    expect(inlineFindings(plan.report, 30).filter(({ finding: f }) => f.severity === "error")).toHaveLength(5);
    const { review } = reconcile(plan, nothing, options);
    expect(review?.comments).toHaveLength(30);
    expect(review?.body).toContain("f30");
    expect(settled(plan, done(nothing, plan))).toBe(true);
  });

  it("does not take the word of anybody else for its own", () => {
    const plan = planOf([finding()]);
    const after = done(nothing, plan);
    const forged = {
      ...after,
      comments: after.comments.map((one) => ({ ...one, author: "stranger" })),
      reviews: after.reviews.map((one) => ({ ...one, author: "patchwitness" })),
    };
    expect(reconcile(plan, forged, options).review?.comments).toHaveLength(1);
  });

  it("says what is fixed where somebody answered, and closes what nobody did", () => {
    const plan = planOf([finding()]);
    const after = done(nothing, plan);
    const clean = planOf([], {}, sha("b"));
    expect(reconcile(clean, after, options).fixed).toMatchObject([{ thread: "t1", say: false }]);
    const answer = { id: 9, author: "someone", body: "no", path: "virt/kvm/a.c", replyTo: 1 };
    const answered = { ...after, comments: [...after.comments, answer] };
    expect(reconcile(clean, answered, options).fixed).toMatchObject([{ thread: null, say: true }]);
    expect(reconcile(clean, done(answered, clean), options).fixed).toEqual([]);
    const resolved = { ...after, threads: after.threads.map((t) => ({ ...t, resolved: true, resolvedBy: "someone" })) };
    expect(reconcile(clean, resolved, options).fixed).toEqual([]);
    // It is back: said where we had closed it, not where a person had.
    expect(reconcile(plan, done(after, clean), options).back).toHaveLength(1);
    expect(reconcile(plan, resolved, options).back).toEqual([]);
  });

  it("comes to a conclusion by the repository's policy", () => {
    const plan = planOf([finding()]);
    expect(conclusionOf(plan.report, config())).toBe("neutral");
    expect(conclusionOf(plan.report, config({ failOn: "warning" }))).toBe("failure");
    expect(conclusionOf(plan.report, config({ failOn: "error" }))).toBe("neutral");
    expect(conclusionOf(planOf([]).report, config())).toBe("success");
    const unread = { ...plan.report, findings: [], commits: [] };
    expect(conclusionOf(unread, config())).toBe("neutral");
  });
});
