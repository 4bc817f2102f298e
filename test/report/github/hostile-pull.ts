/** Pull requests as attackers make them: every text that is anyone's holds anything. */
import fc from "fast-check";
import type { PullCommit, PullFinding, PullReport } from "../../../src/report/github/pull-report.js";
import {
  CONFIDENCES,
  type InterleavingStep,
  ROLES,
  SEVERITIES,
  STATUSES,
  type WitnessSite,
} from "../../../src/review/finding.js";
import { HEAD, pullCommit, pullFinding, pullReport } from "./pull-sample.js";
import { hostileText } from "./render.js";

const texts = (most: number): fc.Arbitrary<string[]> => fc.array(hostileText(), { maxLength: most });
const lineNumber = fc.integer({ min: 1, max: 99_999 });

const site: fc.Arbitrary<WitnessSite> = fc.record({
  path: hostileText(4),
  line: lineNumber,
  side: fc.constantFrom("new", "old"),
  function: hostileText(4),
  role: fc.constantFrom(...ROLES),
  locks: texts(2),
  code: hostileText(),
  via: texts(2),
});

const step: fc.Arbitrary<InterleavingStep> = fc.record({ thread: fc.constantFrom("A", "B"), text: hostileText() });

const commit: fc.Arbitrary<PullCommit> = fc
  .record({
    subject: hostileText(),
    reason: fc.option(hostileText()),
    analysed: fc.constantFrom("tree", "diff", "none"),
  })
  .map((over) => pullCommit(over as Partial<PullCommit>));

export const hostileFinding: fc.Arbitrary<PullFinding> = fc
  .record({
    over: fc.record({
      id: fc.stringMatching(/^[0-9a-f]{16}$/),
      rule: hostileText(3),
      severity: fc.constantFrom(...SEVERITIES),
      confidence: fc.constantFrom(...CONFIDENCES),
      status: fc.constantFrom(...STATUSES),
      path: hostileText(4),
      line: lineNumber,
      function: hostileText(4),
      message: hostileText(),
      why: hostileText(20),
      suggestion: hostileText(20),
      witness: fc.array(site, { maxLength: 10 }),
      interleaving: fc.array(step, { maxLength: 15 }),
      cites: texts(2),
    }),
    commit,
    placed: fc.boolean(),
    exact: fc.boolean(),
    edit: fc.option(texts(3)),
    toldAt: fc.option(fc.oneof(hostileText(), fc.webUrl())),
  })
  .map(({ over, placed, ...about }) => {
    const one = pullFinding(over, about);
    return placed ? one : { ...one, place: null };
  });

export const hostileReport: fc.Arbitrary<PullReport> = fc
  .record({
    base: fc.option(hostileText()),
    commits: fc.array(commit, { maxLength: 4 }),
    findings: fc.array(hostileFinding, { maxLength: 4 }),
    silent: fc.array(fc.record({ reason: hostileText(), count: fc.nat(9) }), { maxLength: 3 }),
    notes: texts(3),
    threads: fc.array(fc.oneof(hostileText(), fc.webUrl()), { maxLength: 3 }),
  })
  .map(pullReport);

/** A finding of which every part is as long as it can be. */
export const hugeFinding = (piece: string, over: Partial<PullFinding> = {}): PullFinding => {
  const text = piece.repeat(10_000);
  const huge: WitnessSite = {
    ...{ path: text, line: 1, side: "new", function: text, role: "set" },
    ...{ locks: Array.from({ length: 12 }, () => text), code: text, via: [text] },
  };
  return pullFinding(
    {
      ...{ rule: text, path: text, function: text, message: text, why: text, suggestion: text },
      witness: Array.from({ length: 20 }, () => huge),
      interleaving: Array.from({ length: 60 }, () => ({ thread: "A" as const, text })),
    },
    {
      commit: pullCommit({ sha: HEAD, subject: text, reason: text }),
      edit: [text],
      toldAt: `https://x.example/${text}`,
      ...over,
    },
  );
};
