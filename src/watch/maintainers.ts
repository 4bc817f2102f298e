/**
 * MAINTAINERS of a kernel tree: which trees take changes to which files. Patterns match as scripts/get_maintainer.pl matches
 * them; people are none of our business here, nor are `N:` and `K:`.
 */

/** A tree that a section names: `T: git git://… [branch]`. */
export interface TreeEntry {
  url: string;
  branch: string | null;
}

export interface MaintainersSection {
  title: string;
  trees: TreeEntry[];
  files: string[];
  excluded: string[];
}

/** No pattern and no address is longer. */
const MAX_VALUE = 1000;

/** Sections that have trees and files, in the order of the file. Linear; never throws. */
export function parseMaintainers(text: string): MaintainersSection[] {
  const sections: MaintainersSection[] = [];
  let current: MaintainersSection | null = null;
  let title = "";
  for (const line of text.split("\n")) {
    const key = /^([A-Z]):/.exec(line)?.[1];
    if (key === undefined) {
      current = null;
      if (line.trim() !== "") title = line.trim();
      continue;
    }
    if (current === null) {
      current = { title, trees: [], files: [], excluded: [] };
      sections.push(current);
    }
    const value = line.slice(2).trim();
    if (value !== "" && value.length <= MAX_VALUE) takeLine(current, key, value);
  }
  return sections.filter(({ trees, files }) => trees.length > 0 && files.length > 0);
}

function takeLine(section: MaintainersSection, key: string, value: string): void {
  if (key === "F") section.files.push(value);
  else if (key === "X") section.excluded.push(value);
  else if (key === "T") {
    const [kind, url, branch] = value.split(/\s+/);
    // Quilt and Mercurial trees cannot be asked for blobs.
    if (kind === "git" && url !== undefined) section.trees.push({ url, branch: branch ?? null });
  }
}

/**
 * Whether a pattern of `F:` or `X:` means a path. It matches from the path's begin; without a slash at its end
 * it reaches no deeper than it goes itself, and need not reach to the path's end (file_match_pattern). A pattern that is a folder
 * but was written without the slash means what is below it.
 */
export function matchesPattern(path: string, pattern: string): boolean {
  if (pattern === "") return false;
  if (pattern.endsWith("/")) return matchesBegin(path, pattern);
  if (!/[*?]/.test(pattern) && path.startsWith(`${pattern}/`)) return true;
  return slashes(path) === slashes(pattern) && matchesBegin(path, pattern);
}

const slashes = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf("/"); at >= 0; at = text.indexOf("/", at + 1)) count++;
  return count;
};

/** `*` is any characters, slashes too; `?` is any one. Steps are bounded by the product of the lengths: no backtracking. */
function matchesBegin(path: string, pattern: string): boolean {
  const wild = pattern.search(/[*?]/);
  if (wild < 0) return path.startsWith(pattern);
  if (!path.startsWith(pattern.slice(0, wild))) return false;
  let [at, to] = [wild, wild];
  let star = -1;
  let resume = 0;
  while (to < pattern.length) {
    if (pattern[to] === "*") {
      star = to++;
      resume = at;
    } else if (at < path.length && (pattern[to] === "?" || pattern[to] === path[at])) {
      at++;
      to++;
    } else {
      if (star < 0 || resume >= path.length) return false;
      to = star + 1;
      at = ++resume;
    }
  }
  return true;
}

/** Files beyond these do not change which section a series belongs to. */
const MAX_PATHS = 500;

/**
 * Sections with trees for these paths, the likeliest first: first by how many paths a section is the closest to (its pattern
 * has the most slashes, as get_maintainer.pl ranks them), then by its closest pattern, then by place in the file.
 */
export function sectionsFor(paths: readonly string[], sections: readonly MaintainersSection[]): MaintainersSection[] {
  const rank = new Map<MaintainersSection, { closest: number; depth: number }>();
  for (const path of paths.slice(0, MAX_PATHS)) {
    let best: MaintainersSection | null = null;
    let deepest = -1;
    for (const section of sections) {
      const depth = depthOf(path, section);
      if (depth < 0) continue;
      const own = rank.get(section) ?? { closest: 0, depth: -1 };
      own.depth = Math.max(own.depth, depth);
      rank.set(section, own);
      if (depth > deepest) [best, deepest] = [section, depth];
    }
    const own = best === null ? undefined : rank.get(best);
    if (own !== undefined) own.closest++;
  }
  const order = sections.filter((section) => rank.has(section));
  const of = (section: MaintainersSection) => rank.get(section) ?? { closest: 0, depth: -1 };
  return order.sort((a, b) => of(b).closest - of(a).closest || of(b).depth - of(a).depth);
}

/** The number of slashes in the section's closest pattern for a path, or -1 when it is not about it. */
function depthOf(path: string, { files, excluded }: MaintainersSection): number {
  let depth = -1;
  for (const pattern of files) if (matchesPattern(path, pattern)) depth = Math.max(depth, slashes(pattern));
  return depth >= 0 && excluded.some((pattern) => matchesPattern(path, pattern)) ? -1 : depth;
}

/** A repository's address without what differs between ways to reach it: scheme, user, `.git`, trailing slash. */
export function plainUrl(url: string): string {
  const plain = url
    .replace(/^[a-z+]+:\/\//i, "")
    .replace(/^[^@/]*@/, "")
    .replace(/^([^/:]+):(?!\d+\/)/, "$1/")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  const slash = plain.indexOf("/");
  return slash < 0 ? plain : plain.slice(0, slash).toLowerCase() + plain.slice(slash);
}
