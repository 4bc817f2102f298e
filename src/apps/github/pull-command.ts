/** `review github owner/repo#12`: one pull request with a token, as the App would review it. Nothing is posted unless it is asked for. */
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { openBlobCache } from "../../io/github/blob-cache.js";
import { tokenClient } from "../../io/github/client.js";
import { openForge } from "../../io/github/forge.js";
import { patient } from "../../io/github/patient.js";
import { openIndexStore } from "../../io/index-store.js";
import { loadParser, loadRules } from "../../io/load-rules.js";
import { outputWidth, remark, writeOutput } from "../../io/terminal.js";
import { cacheFolder } from "../../io/user-folder.js";
import { type Forge, ForgeError, type Pull } from "../../pulls/forge.js";
import { headSarif } from "../../pulls/head-sarif.js";
import type { PullPorts } from "../../pulls/ports.js";
import { postPull } from "../../pulls/post.js";
import { reconcile } from "../../pulls/reconcile.js";
import type { RepoConfig } from "../../pulls/repo-config.js";
import { type ReviewedHead, reviewHead } from "../../pulls/review-head.js";
import { configAt, reproduceLine } from "../../pulls/review-pull.js";
import { checkText, postsText } from "../../report/github/posts-text.js";
import { type FailOn, makesFail } from "../../report/plan.js";
import { visible } from "../../report/visible.js";
import { render } from "../render.js";
import { noStore } from "./no-store.js";
import { portsFor } from "./ports.js";

export interface PullOptions {
  format: "text" | "markdown" | "json" | "sarif" | "html";
  failOn: FailOn;
  post?: boolean;
  mirror?: string;
  api?: string;
  rules?: string;
  cache?: string | false;
  all?: boolean;
  quiet?: boolean;
}

/** The repository and the number that "owner/repo#12", or the address of a pull request, names. */
export function pullNamed(text: string): { repository: string; number: number } | null {
  const found =
    /^([A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+)#([1-9]\d{0,8})$/.exec(text) ??
    /^https?:\/\/[^/\s]+\/([A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+)\/pull\/([1-9]\d{0,8})(?:[/?#].*)?$/.exec(text);
  return found === null ? null : { repository: found[1] ?? "", number: Number(found[2]) };
}

/** Runs the command; answers the exit code. */
export async function runPull(named: string, options: PullOptions, version: string): Promise<ExitCode> {
  const at = pullNamed(named);
  if (at === null)
    throw new ReviewError("bad-pull", EXIT.usage, "name a pull request as owner/repository#12, or by its address");
  try {
    return await review(at, options, version);
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    const again = error.retryAt === null ? "" : `; it can be asked again at ${error.retryAt}`;
    const exit = error.trouble === "away" || error.trouble === "limited" ? EXIT.network : EXIT.input;
    throw new ReviewError(`github-${error.trouble}`, exit, `GitHub: ${visible(error.message)}${again}`, {
      cause: error,
    });
  }
}

async function review(
  { repository, number }: { repository: string; number: number },
  options: PullOptions,
  version: string,
): Promise<ExitCode> {
  const forge = await openRepository(repository, options, version);
  const ports = await openPorts(forge, options, version);
  const pull = await forge.pull(number);
  const config = await configAt(`refs/heads/${pull.baseRef}`, ports);
  if ("problems" in config) {
    const message = `the configuration of ${repository} is not sound:\n${config.problems.map((p) => `  ${visible(p)}`).join("\n")}`;
    throw new ReviewError("bad-config", EXIT.config, message);
  }
  const head = await reviewHead(pull, config, ports);
  await writeOutput(await textOf(pull, head, config, { ports, options }));
  if (options.quiet !== true) {
    for (const note of head.plan.report.notes) remark(`review: ${visible(note)}`);
    if (options.post !== true) remark("review: nothing was posted; --post does that");
  }
  if (options.post === true) {
    const reproduce = reproduceLine(repository, number);
    const posted = await postPull({ pull, ...head, config, reproduce }, ports);
    const said = posted === "moved" ? "its head moved on meanwhile: nothing was posted" : "posted";
    if (options.quiet !== true) remark(`review: ${said}`);
  }
  const fails = head.plan.report.findings.some(({ finding }) => makesFail(finding, options.failOn));
  return fails ? EXIT.findings : EXIT.nothing;
}

async function openRepository(repository: string, options: PullOptions, version: string): Promise<Forge> {
  const token = process.env.GITHUB_TOKEN || process.env.GH_TOKEN || "";
  if (token === "")
    throw new ReviewError("no-token", EXIT.config, "set GITHUB_TOKEN to a token that may read the repository");
  const baseUrl = options.api ?? process.env.GITHUB_API_URL;
  const client = patient(tokenClient(token, { version, ...(baseUrl ? { baseUrl } : {}) }));
  const cache = options.cache === false ? {} : { folder: options.cache ?? cacheFolder(process.env) };
  const mirror = options.mirror === undefined ? {} : { mirror: { path: options.mirror } };
  return openForge({ client, repository, cache: openBlobCache(cache), ...mirror });
}

async function openPorts(forge: Forge, options: PullOptions, version: string): Promise<PullPorts> {
  const keeps = options.cache !== false;
  const index = keeps ? await openIndexStore(options.cache || cacheFolder(process.env), version) : null;
  const rules = await loadRules(options.rules, index);
  const engine = { rules, parse: await loadParser(), index, version };
  // Tokens of people may not make check runs; those of workflows and Apps may.
  return { ...portsFor(forge, engine, noStore(), LEDGER), checks: forge.login.endsWith("[bot]"), optionalCheck: true };
}

/** No answers are known here, so that no rule is off duty. */
const LEDGER = { answers: Number.MAX_SAFE_INTEGER, precision: 0 } as PullPorts["ledger"];

async function textOf(
  pull: Pull,
  { result, plan }: ReviewedHead,
  config: RepoConfig,
  { ports, options }: { ports: PullPorts; options: PullOptions },
): Promise<string> {
  const { format, all = false, quiet = false } = options;
  if (format === "sarif") return headSarif(result, plan);
  if (format !== "markdown") {
    const base = plan.report.base;
    return render(result, { format, all, quiet, tree: base, from: null, width: outputWidth() }).text;
  }
  const { forge } = ports;
  const reproduce = reproduceLine(forge.repository, pull.number);
  const standing = {
    login: forge.login,
    comments: await forge.lineComments(pull.number),
    threads: [],
    reviews: await forge.reviews(pull.number),
  };
  const { review } = reconcile(plan, standing, { most: config.comments, reproduce });
  return `${checkText(plan.report, reproduce)}\n${postsText(review)}`;
}
