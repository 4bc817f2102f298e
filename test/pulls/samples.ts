/** Commits, findings and pull requests for tests of what is told on them. */

import { readRepoConfig } from "../../src/io/config/repo-config.js";
import type { Commit } from "../../src/pulls/forge.js";
import type { RepoConfig } from "../../src/pulls/repo-config.js";
import type { Finding } from "../../src/review/finding.js";

export const sha = (digit: string): string => digit.repeat(40).slice(0, 40);

export const commit = (over: Partial<Commit> = {}): Commit => ({
  sha: sha("a"),
  parents: [sha("0")],
  message: "kvm: a change\n\nWhy it is made.\n",
  author: { name: "A. Writer", email: "writer@example.org" },
  date: "2026-01-02T03:04:05.000Z",
  ...over,
});

export const finding = (over: Partial<Finding> = {}): Finding => ({
  id: "0123456789abcdef",
  rule: "kvm/x",
  severity: "warning",
  confidence: "high",
  status: "introduced",
  nursery: false,
  messageId: sha("a"),
  path: "virt/kvm/a.c",
  line: 3,
  side: "new",
  function: "f",
  message: "Is the lock still held here?",
  why: "It is dropped above.",
  suggestion: "Take it again.",
  witness: [],
  interleaving: [],
  cites: [],
  ...over,
});

/** The configuration of a repository that has none, with some of it changed. */
export const config = (over: Partial<RepoConfig> = {}): RepoConfig => {
  const plain = readRepoConfig("");
  if ("problems" in plain) throw new Error(plain.problems.join("; "));
  return { ...plain, ...over };
};
