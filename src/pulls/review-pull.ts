/** One pull request, from its number to what stands on it afterwards. */
import { configOutput } from "../report/github/check.js";
import { globMatch } from "../speak/glob.js";
import type { Pull } from "./forge.js";
import type { PullPorts } from "./ports.js";
import { postCheck, postPull } from "./post.js";
import { REPO_CONFIG, type RepoConfig } from "./repo-config.js";
import { reviewHead } from "./review-head.js";

/** How a command line gets the same again. */
export const reproduceLine = (repository: string, number: number): string => `review github ${repository}#${number}`;

/**
 * Reviews a pull request. `asked`: somebody wants it now, whatever the configuration says of drafts and branches. Gives what came of
 * it in a few words. Throws ForgeError.
 */
export async function reviewPull(number: number, asked: boolean, ports: PullPorts): Promise<string> {
  const { forge } = ports;
  const pull = await forge.pull(number);
  if (!pull.open) return "it is closed";
  const config = await configAt(`refs/heads/${pull.baseRef}`, ports);
  if ("problems" in config) {
    await postCheck(pull.head, configOutput([...config.problems]), "failure", ports);
    return "its configuration is unsound";
  }
  const unwanted = asked ? null : whyNot(pull, config);
  if (unwanted !== null) return unwanted;
  const { result, plan } = await reviewHead(pull, config, ports);
  const findings = Object.fromEntries(plan.known);
  await ports.store.putReport(
    forge.repository,
    `pull ${number}`,
    { head: pull.head, findings, report: plan.report },
    ports.now(),
  );
  const reproduce = reproduceLine(forge.repository, number);
  const posted = await postPull({ pull, plan, result, config, reproduce }, ports);
  return posted === "moved" ? "its head moved on meanwhile" : `reviewed, ${plan.report.findings.length} told`;
}

/** The configuration at a commit; the defaults where there is none. */
export async function configAt(
  commit: string,
  { forge, readConfig }: Pick<PullPorts, "forge" | "readConfig">,
): Promise<RepoConfig | { problems: readonly string[] }> {
  return readConfig((await forge.file(REPO_CONFIG, commit)) ?? "");
}

function whyNot({ baseRef, draft }: Pull, { enabled, branches, drafts }: RepoConfig): string | null {
  if (!enabled) return "the repository has switched reviews off";
  if (!branches.some((pattern) => globMatch(pattern, baseRef))) return "its branch is not among those to review";
  return draft && !drafts ? "it is a draft" : null;
}
