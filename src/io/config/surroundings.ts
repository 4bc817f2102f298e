/**
 * What a configuration names and this machine does not have (yet): trees, branches, folders, variables. The file is sound all the
 * same, and a watch does what it can: so these are remarks for whoever can mend them.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isSpeaking } from "../../speak/policy.js";
import type { WatchConfig } from "../../watch/config.js";
import { branchCommit, remotesOf } from "../git-refs.js";

export interface Remark {
  /** "tree kvm", "source lkml". */
  about: string;
  reason: string;
  message: string;
}

type Source = WatchConfig["sources"][number];
type Tree = WatchConfig["trees"][number];
type Env = (name: string) => string | undefined;

/** Everything that is missing, in the order of the file. `speaks`: also what only sending mail needs. */
export async function surroundingsOf(config: WatchConfig, env: Env, speaks: boolean): Promise<Remark[]> {
  const remarks: Remark[] = [];
  for (const source of config.sources) remarks.push(...(await aboutSource(source, env)));
  for (const tree of config.trees) remarks.push(...(await aboutTree(tree)));
  return speaks ? [...remarks, ...(await aboutMail(config, env))] : remarks;
}

async function aboutMail({ mail, lists, sources }: WatchConfig, env: Env): Promise<Remark[]> {
  const remarks = missingVariable("mail.smtp", mail?.smtp.passwordEnv, env);
  if (lists.some(isSpeaking) && sources.every(({ type }) => type === "pipermail")) {
    const message = "all of them are pipermail, which keeps no whole mails: nothing that stands in them is answered";
    remarks.push({ about: "sources", reason: "no-whole-mails", message });
  }
  const key = mail?.dkim?.key;
  if (key !== undefined && (await stat(key).catch(() => null))?.isFile() !== true)
    remarks.push({ about: "mail.dkim", reason: "no-such-file", message: `there is no file ${key}` });
  for (const { address, patchwork } of lists)
    remarks.push(...missingVariable(`list ${address}`, patchwork?.tokenEnv, env));
  return remarks;
}

function missingVariable(about: string, name: string | undefined, env: Env): Remark[] {
  if (name === undefined || (env(name) ?? "") !== "") return [];
  return [{ about, reason: "variable-not-set", message: `the environment variable ${name} is not set here` }];
}

async function aboutSource(source: Source, env: Env): Promise<Remark[]> {
  const about = `source ${source.name}`;
  if ("passwordEnv" in source) return missingVariable(about, source.passwordEnv, env);
  if (!("path" in source)) return [];
  const { path, type } = source;
  const say = (reason: string, message: string): Remark[] => [{ about, reason, message }];
  if (!(await isFolder(path))) return say("no-such-folder", `there is no folder ${path}`);
  if (type === "epoch" && (await remotesOf(path)) === null)
    return say("no-repository", `${path} is no git repository that this user's git reads`);
  if (type === "inbox" && !(await hasEpoch(path)))
    return say("no-epochs", `${path} has no epochs of public-inbox (git/0.git)`);
  return [];
}

async function hasEpoch(path: string): Promise<boolean> {
  for (const folder of [join(path, "git"), path]) {
    const names = await readdir(folder).catch(() => []);
    if (names.some((name) => /^\d{1,6}\.git$/.test(name))) return true;
  }
  return false;
}

async function aboutTree(tree: Tree): Promise<Remark[]> {
  const { name, path } = tree;
  const about = `tree ${name}`;
  if (!(await isFolder(path)))
    return [{ about, reason: "no-such-folder", message: `there is no folder ${path}: series are judged without it` }];
  const known = await remotesOf(path);
  if (known === null) {
    const message = `${path} is no git repository that this user's git reads: series are judged without it`;
    return [{ about, reason: "no-repository", message }];
  }
  const remarks: Remark[] = [];
  for (const remote of tree.remotes.filter((one) => !known.includes(one)))
    remarks.push({ about, reason: "no-such-remote", message: `${path} has no remote ${remote}: nothing is fetched` });
  for (const branch of tree.branches)
    if ((await branchCommit(tree, branch)) === null)
      remarks.push({ about, reason: "no-such-branch", message: `${path} has no branch ${branch}` });
  return remarks;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
