/**
 * What is wrong with a configuration beyond its schema: names that come twice, fields that go together, hosts that are never
 * connected to. Each part that is sound by itself is looked at, whatever is wrong with others: all is told at once.
 */
import { listSchema, mailSchema, policyProblems } from "../speak/policy.js";
import { sourceSchema } from "./config.js";
import { elementName, type Problem } from "./config-words.js";

/** What only the outside can tell of values. */
export interface Checks {
  /** Whether a host of a URL is literally one of this machine or of a private network. */
  isInside(host: string): boolean;
  /** What is wrong with a schedule; null for nothing. */
  scheduleProblem(schedule: string): string | null;
}

type Raw = Readonly<Record<string, unknown>>;

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** All problems of what a file holds, as far as its parts can be read. */
export function crossProblems(root: unknown, checks: Checks): Problem[] {
  if (!isRaw(root)) return [];
  const schedule = typeof root.schedule === "string" ? checks.scheduleProblem(root.schedule) : null;
  return [
    ...twice(root, "sources"),
    ...twice(root, "trees"),
    ...(isRaw(root.serve) ? twice(root.serve, "operators", "serve.operators") : []),
    ...listOf(root.sources).flatMap((_, index) => sourceProblems(root, index, checks)),
    ...listOf(root.lists).flatMap((_, index) => listProblems(root, index, checks)),
    ...policies(root),
    ...(schedule === null ? [] : [{ path: "schedule", of: null, message: schedule }]),
  ];
}

function twice(root: Raw, section: string, at = section): Problem[] {
  const names = listOf(root[section]).map((one) => (isRaw(one) && typeof one.name === "string" ? one.name : null));
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === null || first === index) return [];
    const message = `the name ${name} comes twice: ${at}.${first} has it too`;
    return [{ path: `${at}.${index}.name`, of: null, message }];
  });
}

function sourceProblems(root: Raw, index: number, { isInside }: Checks): Problem[] {
  const path = ["sources", index];
  const of = elementName(root, path);
  const parsed = sourceSchema.safeParse(listOf(root.sources)[index]);
  if (!parsed.success) return [];
  const source = parsed.data;
  const problems: Problem[] = [];
  if (source.type === "nntp" && (source.user === undefined) !== (source.passwordEnv === undefined))
    problems.push({ path: path.join("."), of, message: "user and passwordEnv go together" });
  if (!("allowPrivate" in source) || source.allowPrivate) return problems;
  const [field, host] = "url" in source ? ["url", new URL(source.url).hostname] : ["host", source.host];
  if (isInside(host)) problems.push({ path: [...path, field].join("."), of, message: inside(host) });
  return problems;
}

function listProblems(root: Raw, index: number, { isInside }: Checks): Problem[] {
  const path = ["lists", index];
  const parsed = listSchema.safeParse(listOf(root.lists)[index]);
  if (!parsed.success) return [];
  const { archive, allowPrivate, patchwork } = parsed.data;
  const urls: [string, string, boolean][] = [];
  if (archive !== undefined) urls.push(["archive", archive, allowPrivate]);
  if (patchwork !== undefined) urls.push(["patchwork.url", patchwork.url, patchwork.allowPrivate]);
  return urls
    .map(([field, url, allowed]) => ({ field, allowed, host: new URL(url).hostname }))
    .filter(({ host, allowed }) => !allowed && isInside(host))
    .map(({ field, host }) => ({
      path: [...path, field].join("."),
      of: elementName(root, path),
      message: inside(host),
    }));
}

const inside = (host: string): string =>
  `${host} is this machine or one of a private network, which is asked only with allowPrivate: true beside it`;

/** What lists and mail say of each other; a section mail that is unsound counts as one that is there. */
function policies(root: Raw): Problem[] {
  const lists = listOf(root.lists).flatMap((one) => listSchema.safeParse(one).data ?? []);
  const mail = mailSchema.safeParse(root.mail);
  const quiet = root.mail !== undefined && !mail.success;
  const problems = policyProblems({
    lists: quiet ? lists.map((list) => ({ ...list, mode: "off" as const })) : lists,
    mail: mail.data ?? null,
  });
  return problems.map((message) => ({ path: "", of: null, message }));
}
