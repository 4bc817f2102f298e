/** What inputs are given to: every stage from bytes to what is printed. */
import { Program } from "../../src/analysis/program.js";
import { loadParser, loadRules } from "../../src/io/load-rules.js";
import { inputKind, KIND_BYTES } from "../../src/message/input-kind.js";
import type { Message } from "../../src/message/message.js";
import { readMboxMail, readSingle } from "../../src/message/read-message.js";
import { splitMbox } from "../../src/message/split-mbox.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { commitPatch } from "../../src/pulls/commit-patch.js";
import { planPull } from "../../src/pulls/plan.js";
import { repoConfigSchema } from "../../src/pulls/repo-config.js";
import { commentBody } from "../../src/report/github/comment.js";
import { renderHtml } from "../../src/report/html/page.js";
import { renderJson } from "../../src/report/json.js";
import { renderReplies } from "../../src/report/mail-reply.js";
import { renderSarif } from "../../src/report/sarif.js";
import { reviewGroups, reviewMessages } from "../../src/review/review.js";
import { evaluateRules } from "../../src/rules/evaluate.js";
import { Evaluation } from "../../src/rules/evaluation.js";
import { readC } from "../../src/source/read-file.js";
import { type Kind, PATH } from "./inputs.js";

export interface Target {
  kind: Kind;
  run(input: Buffer): Promise<void>;
}

async function messagesOf(bytes: Buffer): Promise<Message[]> {
  const mails = splitMbox(bytes);
  if (mails.length > 1) return Promise.all(mails.map((mail) => readMboxMail(mail, null)));
  return [await readSingle(bytes, inputKind(bytes.subarray(0, KIND_BYTES)))];
}

/** All targets, by name. */
export async function openTargets(): Promise<Record<string, Target>> {
  const [rules, parse] = [await loadRules(), await loadParser()];
  const reader = { parse, syntax: rules.syntax };
  const options = { tree: null, rules, parse, version: "0" };
  return {
    ingest: { kind: "mail", run: async (input) => void (await messagesOf(input)) },
    patch: {
      kind: "mail",
      async run(input) {
        for (const message of await messagesOf(input)) readPatches(message);
      },
    },
    parse: { kind: "code", run: async (input) => void readC(PATH, input.toString(), reader) },
    analysis: {
      kind: "code",
      async run(input) {
        const program = new Program([readC(PATH, input.toString(), reader)], rules.models);
        evaluateRules(new Evaluation(program, rules.rules), rules.rules);
      },
    },
    review: {
      kind: "patch",
      async run(input) {
        const result = await reviewMessages(await messagesOf(input), options);
        renderJson(result.review);
        renderSarif(result);
        renderHtml(result, { all: true, tree: null, fates: new Map() });
        renderReplies(result, { tree: null, from: null });
      },
    },
    pull: {
      kind: "patch",
      async run(input) {
        const text = input.toString();
        const at = text.indexOf("diff --git");
        const commit = { sha: "a".repeat(40), parents: [], message: text.slice(0, Math.max(0, at)), date: null };
        const selected = commitPatch(
          { ...commit, author: { name: "a", email: "a" } },
          text.slice(Math.max(0, at)),
          1,
          1,
        );
        const result = await reviewGroups([[selected]], [selected.message], options);
        const read = { sha: commit.sha, subject: selected.patch.title, analysed: "diff" as const, reason: null };
        const about = { head: commit.sha, result, commits: [read], diff: selected.patch.files, base: null, notes: [] };
        const history = { suppressed: new Set<string>(), demoted: new Set<string>() };
        const plan = planPull({
          ...about,
          config: repoConfigSchema.parse({}),
          history,
          toldAt: new Map(),
          threads: [],
        });
        for (const one of plan.report.findings) commentBody(one, { status: true });
      },
    },
  };
}
