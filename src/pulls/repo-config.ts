/**
 * What a repository says of how it wants to be reviewed: `.github/patchwitness.yml` on the branch that a pull request goes to.
 * What the pull request itself says there counts only once it is merged: a fork does not set the rules for its own review.
 */
import { z } from "zod";
import { MAX_COMMENTS } from "../report/github/review.js";
import { CONFIDENCES, SEVERITIES } from "../review/finding.js";

/** Where it stands in a repository. */
export const REPO_CONFIG = ".github/patchwitness.yml";

const branch = z.string().min(1).max(255);
const glob = z.string().min(1).max(1000);

/** The whole file. */
export const repoConfigSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether pull requests are reviewed without being asked"),
  branches: z
    .array(branch)
    .max(100)
    .default(["*"])
    .describe("Branches whose pull requests are reviewed, with * for any letters: main, for-*"),
  drafts: z.boolean().default(false).describe("Whether drafts are reviewed before they are ready"),
  severity: z.enum(SEVERITIES).default("warning").describe("The least grave finding that is told"),
  confidence: z.enum(CONFIDENCES).default("low").describe("The least sure finding that is told"),
  failOn: z
    .enum(["error", "warning", "note", "never"])
    .default("never")
    .describe("Least severity of a told finding that makes the check fail; never leaves it neutral"),
  comments: z
    .int()
    .min(0)
    .max(MAX_COMMENTS)
    .default(MAX_COMMENTS)
    .describe("How many comments stand below lines; what is found beyond them is told in the text of the review"),
  ignore: z
    .array(glob)
    .max(1000)
    .default([])
    .describe("Files of which nothing is told, with * for any letters, slashes too: drivers/staging/*"),
  rulesOff: z.array(z.string().min(1).max(100)).max(100).default([]).describe("Rules of which nothing is told"),
  push: z
    .array(branch)
    .max(100)
    .default([])
    .describe("Branches of which pushed commits are reviewed as well; their findings stand in the check run alone"),
  codeScanning: z
    .boolean()
    .default(false)
    .describe("Whether findings are uploaded as SARIF; the App needs write access to security events for it"),
});

export type RepoConfig = z.infer<typeof repoConfigSchema>;
