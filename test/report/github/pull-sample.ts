/** A pull request made of the sample review, as src/pulls would make it. */
import type { PullCommit, PullFinding, PullReport } from "../../../src/report/github/pull-report.js";
import type { Finding } from "../../../src/review/finding.js";
import { checkFinding, gateFinding } from "../sample.js";

export const HEAD = "0123456789abcdef0123456789abcdef01234567";

export const pullCommit = (over: Partial<PullCommit> = {}): PullCommit => ({
  sha: HEAD,
  subject: "KVM: arm64: Keep wake calls out while the system parks",
  analysed: "function",
  reason: "no tree was given",
  ...over,
});

/** Ids as they are in earnest: those of the hand-made findings are shorter. */
const longId = (finding: Finding): Finding => ({ ...finding, id: finding.id.padEnd(16, "0").slice(0, 16) });

export const pullFinding = (over: Partial<Finding> = {}, about: Partial<PullFinding> = {}): PullFinding => {
  const finding = longId(gateFinding(over));
  return {
    finding,
    commit: pullCommit(),
    place: { path: finding.path, side: "RIGHT", line: finding.line, startLine: null },
    exact: true,
    edit: null,
    toldAt: null,
    ...about,
  };
};

export const pullReport = (over: Partial<PullReport> = {}): PullReport => ({
  head: HEAD,
  tool: {
    name: "patchwitness",
    version: "0.1.0",
    rules: "sha256-77ea0e26ef599c26172d7cb5681322878c35090f4c6d982faa3787f79ca0160f",
  },
  base: "git 0123456789ab",
  commits: [pullCommit()],
  findings: [pullFinding(), pullFinding(checkFinding(), { place: null })],
  silent: [{ reason: "it is less grave than warning", count: 2 }],
  notes: ["The diff of drivers/x.c is larger than GitHub gives."],
  threads: ["https://lore.kernel.org/kvm/20260309164002.4711-1-parker@example.org/"],
  ...over,
});
