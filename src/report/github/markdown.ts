/**
 * Text of strangers in GitHub flavoured markdown. A word that markdown, or what GitHub does to a page after it, could act on
 * stands in a code span: there is no markup in one, and mentions, references, commit ids, emoji and mathematics are not looked for
 * in `code`, `pre` and `a` (GitHub's own filters, as GitHub Desktop has them in app/src/lib/markdown-filters). A backslash or
 * an entity would not do: those filters run on the page, where both are gone. All other words stand as they are.
 */
import { CUT, defuse, defuseOwn, defuseUrl } from "../quote.js";
import { oneLine, visible } from "../visible.js";

/** Text of at most `most` code points, the cut marked. */
export const cut = (text: string, most: number): string => {
  // A code point has at most two units: most texts need no counting.
  if (text.length <= most) return text;
  const points = [...text.slice(0, 2 * most + 2)];
  return points.length <= most ? text : `${points.slice(0, most).join("")} ${CUT}`;
};

/** A text made clean and cut; of an endless one only the beginning is looked at. */
const within = (text: string, most: number, clean: (text: string) => string): string => {
  const rough = text.slice(0, 8 * most);
  const whole = clean(rough);
  const short = cut(whole, most);
  return rough.length < text.length && short === whole ? `${whole} ${CUT}` : short;
};

/** Nobody else's text holds what our own markers begin with (marks.ts). */
const withoutMarks = (text: string): string => text.replace(/<!--(?=\s*patchwitness:)/gi, "<! --");

const longestRun = (text: string, char: string): number => {
  let longest = 0;
  let run = 0;
  for (const one of text) {
    run = one === char ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
};

const fenced = (line: string): string => {
  const fence = "`".repeat(longestRun(line, "`") + 1);
  // A dollar sign beside a backtick begins a formula; one blank on each side is not shown.
  const pad = /^[`$]|[`$]$/.test(line) ? " " : "";
  return `${fence}${pad}${line === "" ? " " : line}${pad}${fence}`;
};

/** Code on one line. Line ends become blanks, other controls are spelled out; of nothing it is a blank. */
export const codeSpan = (text: string, most = Number.POSITIVE_INFINITY): string =>
  fenced(within(text, most, (part) => withoutMarks(defuse(oneLine(part)))));

const OPENS = "([\"'";
const CLOSES = ")]\"'.,;:?!";
const count = (text: string, char: string): number => text.split(char).length - 1;

/** A word as what stands before it, itself, and what stands after it: "(kvm_wake_vcpu())," is "(", "kvm_wake_vcpu()" and "),". */
const partsOf = (word: string): [string, string, string] => {
  let from = 0;
  while (from < word.length && OPENS.includes(word[from] ?? "")) from += 1;
  let to = word.length;
  while (to > from && CLOSES.includes(word[to - 1] ?? "")) to -= 1;
  if (word.slice(from, to).endsWith("'s")) to -= 2;
  const core = word.slice(from, to);
  const open: Record<string, number> = {
    ")": count(core, "(") - count(core, ")"),
    "]": count(core, "[") - count(core, "]"),
  };
  // What closes something in the word belongs to it.
  for (let close = word[to] ?? ""; (open[close] ?? 0) > 0; close = word[to] ?? "") {
    open[close] = (open[close] ?? 0) - 1;
    to += 1;
  }
  // A statement has its semicolon.
  if (word[to] === ";" && word[to - 1] === ")" && to > from) to += 1;
  return [word.slice(0, from), word.slice(from, to), word.slice(to)];
};

/** True for a word in which neither markdown nor GitHub sees anything: letters, digits and a few signs between them. */
const isPlain = (word: string): boolean =>
  /^(?:[A-Za-z0-9'",.;?!%+=/-]|[^\0-\x7f])*$/.test(word) &&
  // Hosts, commit ids, issues, and paths, which read better as code anyway.
  !/www\.|[0-9a-f]{7}|gh-[0-9]|^\/|\/.*[/.]|\/[0-9]/i.test(word);

/** Signs that at the start of a line would make a list, a rule or a heading of it. */
const beginsBlock = (word: string): boolean => /^[-+=:]+$|^[0-9]{1,9}[.)]$/.test(word);

const outside = (text: string): string => text.replace(/[[\]]/g, (bracket) => `\\${bracket}`);

const inlineWord = (word: string, first: boolean): string => {
  if (word === "&") return "&amp;";
  if (first && beginsBlock(word)) return fenced(word);
  const [before, core, after] = partsOf(word);
  if (isPlain(core)) return outside(word);
  // A bar would end the cell of a table, in code too.
  const inside = core.split("|").map((part) => (part === "" ? "" : fenced(part)));
  return `${outside(before)}${inside.join("&#124;")}${outside(after)}`;
};

/** Words of a call that is written with blanks in it: at most this many. */
const CALL_WORDS = 12;

/** Words, a call with its arguments as one of them. */
const wordsOf = (line: string): string[] => {
  const words = line.split(" ").filter((word) => word !== "");
  const out: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const bare = word.replace(/^[(["']+/, "");
    let open = /[A-Za-z0-9_]\(/.test(bare) ? count(bare, "(") - count(bare, ")") : 0;
    let end = at;
    while (open > 0 && end + 1 < Math.min(words.length, at + CALL_WORDS)) {
      end += 1;
      open += count(words[end] ?? "", "(") - count(words[end] ?? "", ")");
    }
    const whole = open === 0 ? end : at;
    out.push(words.slice(at, whole + 1).join(" "));
    at = whole;
  }
  return out;
};

/**
 * A sentence of which any part may be a stranger's, on one line and as it reads, at most `most` code points of it. It holds no bar
 * that is not an entity: it may stand in the cell of a table.
 */
export const inlineText = (text: string, most = Number.POSITIVE_INFINITY): string =>
  wordsOf(within(text, most, (part) => withoutMarks(defuseOwn(oneLine(part)))))
    .map((word, at) => inlineWord(word, at === 0))
    .join(" ");

/** Lines of code between fences. Tabs stay, other controls are spelled out. */
export const codeBlock = (lines: readonly string[], language: "" | "c" | "diff" | "text" = ""): string => {
  const shown = lines.map((line) => withoutMarks(defuse(visible(line))));
  return fencedBlock(shown, language);
};

const fencedBlock = (lines: readonly string[], info: string): string => {
  const fence = "`".repeat(Math.max(2, ...lines.map((line) => longestRun(line, "`"))) + 1);
  return [`${fence}${info}`, ...lines, fence].join("\n");
};

/** Code points of a suggestion; a longer one is not read by anybody. */
const MAX_SUGGESTION = 4000;

/**
 * What GitHub commits in the place of the commented lines when somebody presses the button: exactly these lines. Null where a line
 * holds what a reader would not see, or what bots obey at the start of one.
 */
export const suggestionBlock = (lines: readonly string[]): string | null => {
  const text = lines.join("\n");
  if (text.length > MAX_SUGGESTION) return null;
  const sound = lines.every((line) => visible(line) === line && defuse(line) === line && !/^\s*\/[a-z]/i.test(line));
  return sound && withoutMarks(text) === text ? fencedBlock(lines, "suggestion") : null;
};

/** URLs that GitHub tells the other side about: a link to an issue or pull request shows there as a reference. */
const isGitHub = (host: string): boolean => host === "github.com" || host.endsWith(".github.com");

/** A URL as the destination of a link, or null where it is not one of the web. */
const destination = (url: string): string | null => {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || (target.protocol !== "https:" && target.protocol !== "http:")) return null;
  if (target.username !== "" || target.password !== "" || isGitHub(target.hostname)) return null;
  // What is left unencoded there (WHATWG URL, percent-encode sets) and ends a destination, or is an entity in it.
  const rest = `${target.pathname}${target.search}${target.hash}`
    .replace(/[()<>[\]\\`|*_~$^{}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("&", "&amp;");
  return `${target.origin}${rest}`;
};

/** Characters of a URL that is still a link, as it was given and as it is encoded. */
const MAX_URL = 1000;

/** A link to a page of the web; the text alone, and the URL as code, where the URL is another's than that. */
export const link = (text: string, url: string): string => {
  const plain = url.length > MAX_URL ? null : destination(url);
  // A bot's command would be one in an address as well: it is read anywhere in a body.
  const target = plain === null ? null : defuseUrl(plain);
  if (target === null || target.length > MAX_URL) return text === url ? codeSpan(url, 300) : inlineText(text, 300);
  return `[${inlineText(text, 300)}](<${target}>)`;
};
