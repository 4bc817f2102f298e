/**
 * The pre-pass: rewrites kernel C so that a parser of plain C can read it, without moving a single character, so that
 * every offset of the parse is an offset of the file. What is taken out is kept in side tables.
 *
 * What the parser stumbles over was measured on Linux 6.12 (arch/.../kvm and virt/kvm): iteration macros without braces,
 * bare attributes, #if arms across statements, types as macro arguments, case ranges, asm, file-level macros.
 */
import type { Annotation, CComment, MacroDef } from "./ast.js";
import { pickArms } from "./conditionals.js";
import { TOKEN, type Tokens, tokenize } from "./tokens.js";

/** The rewritten text, as long as the original, and what was taken out of it. */
export interface Prepassed {
  text: string;
  /** Offset of a `while` that stands for a macro -> the macro's name. */
  loops: ReadonlyMap<number, string>;
  annotations: Annotation[];
  /** `__free(x)` and its like: offset -> cleanup name. */
  cleanups: ReadonlyMap<number, string>;
  macros: MacroDef[];
  /** File-level macros that were taken out, such as EXPORT_SYMBOL(f). */
  fileMacros: Annotation[];
  comments: CComment[];
  unhandled: Map<string, number>;
}

/** Words that the pre-pass treats by name; the lists are data (rules/models/syntax.yaml). */
export interface SyntaxModel {
  /** Attributes that stand bare: __init, noinline, __user. */
  bareAttributes: ReadonlySet<string>;
  /** Attributes that take arguments: __must_hold(x), __aligned(8). */
  calledAttributes: ReadonlySet<string>;
  /** Macros that are followed by a statement, beside *for_each*: scoped_guard, wait loops. */
  statementMacros: ReadonlySet<string>;
}

/** A `__word` before a word or `*` is an attribute unless it names a type (__u32, __le16, __kernel_size_t). */
const TYPE_LIKE =
  /^__(?:u|s|le|be|sum|wsum|kernel_|virtio|poll_t|builtin|typeof|attribute|asm|extension|int128|signed)/;
const TYPE_WORDS = new Set(
  "struct union enum const volatile unsigned signed void char short int long float double bool _Bool".split(" "),
);
const TYPE_OPERATORS = new Set([
  "sizeof",
  "typeof",
  "__typeof__",
  "_Alignof",
  "alignof",
  "if",
  "while",
  "for",
  "switch",
  "return",
]);
const NO_TYPE = new Set(["static", "inline", "extern"]);
const ALL_CAPS = /^_*[A-Z][A-Z0-9_]*$/;
const FOR_EACH = /for_each/;

interface Edit {
  start: number;
  end: number;
  text: string;
}

class Prepass {
  readonly edits: Edit[] = [];
  readonly loops = new Map<number, string>();
  readonly annotations: Annotation[] = [];
  readonly fileMacros: Annotation[] = [];
  readonly cleanups = new Map<number, string>();
  readonly unhandled = new Map<string, number>();
  /** Live tokens: no comments, no directives, nothing of a dropped #if arm. */
  private readonly s: Int32Array;
  private readonly e: Int32Array;
  private readonly k: Uint8Array;
  private readonly close: Int32Array;

  constructor(
    private readonly text: string,
    live: Tokens,
    private readonly syntax: SyntaxModel,
  ) {
    this.s = live.start.subarray(0, live.count);
    this.e = live.end.subarray(0, live.count);
    this.k = live.kind.subarray(0, live.count);
    this.close = this.matchParens();
  }

  private word(i: number): string {
    return i >= 0 && i < this.s.length ? this.text.slice(this.s[i], this.e[i]) : "";
  }

  private isIdent(i: number): boolean {
    return this.k[i] === TOKEN.ident;
  }

  /** Index of the token that closes the parenthesis at token i, or -1. */
  private matchParens(): Int32Array {
    const close = new Int32Array(this.s.length).fill(-1);
    const open: number[] = [];
    for (let i = 0; i < this.s.length; i++) {
      if (this.k[i] !== TOKEN.punct) continue;
      const c = this.text.charCodeAt(this.s[i] as number);
      if (c === 40) open.push(i);
      else if (c === 41) {
        const at = open.pop();
        if (at !== undefined) close[at] = i;
      }
    }
    return close;
  }

  private blank(from: number, to: number, text = ""): void {
    this.edits.push({ start: this.s[from] as number, end: this.e[to] as number, text });
  }

  run(): void {
    let depth = 0;
    for (let i = 0; i < this.s.length; i++) {
      if (this.k[i] === TOKEN.punct) {
        const c = this.text.charCodeAt(this.s[i] as number);
        if (c === 123) depth++;
        else if (c === 125) depth = Math.max(0, depth - 1);
        else if (c === 46) i = this.range(i);
        continue;
      }
      if (this.isIdent(i)) i = this.identifier(i, depth);
    }
  }

  /** `case 1 ... 5:` and `[0 ... 5] =` keep the lower bound (GNU C, "Case Ranges"). */
  private range(i: number): number {
    if (this.word(i + 1) !== "." || this.word(i + 2) !== ".") return i;
    let j = i + 3;
    for (; j < this.s.length; j++) {
      const w = this.word(j);
      if (w === "(" && this.close[j] !== -1) {
        j = this.close[j] as number;
        continue;
      }
      if (w === ":" || w === "]") break;
      if (w === ")" || w === "," || w === ";" || w === "{") return i + 2;
    }
    this.blank(i, j - 1);
    return j - 1;
  }

  private identifier(i: number, depth: number): number {
    const name = this.word(i);
    const called = this.word(i + 1) === "(" ? (this.close[i + 1] as number) : -1;
    if (name === "asm" || name === "__asm__" || name === "asm_inline" || name === "__asm") return this.asm(i);
    if (name === "_Generic" && called !== -1) return this.generic(i, called);
    if (called !== -1) {
      if (this.calledAttribute(i, called, depth, name)) return called;
      if (depth === 0 && ALL_CAPS.test(name) && name.length > 2) return this.fileMacro(i, called);
      if (depth > 0) this.inBody(i, called, name);
      return i;
    }
    this.bareAttribute(i, depth, name);
    return i;
  }

  private asm(i: number): number {
    let j = i + 1;
    while (this.isIdent(j)) j++;
    if (this.word(j) !== "(" || this.close[j] === -1) return i;
    const last = this.close[j] as number;
    this.blank(i, last);
    return last;
  }

  private bareAttribute(i: number, depth: number, name: string): void {
    if (this.syntax.bareAttributes.has(name)) {
      this.annotations.push({ name, args: "", at: this.s[i] as number });
      this.blank(i, i);
      return;
    }
    if (!name.startsWith("__") || TYPE_LIKE.test(name) || name.endsWith("_t")) return;
    const before = this.word(i - 1);
    if (depth === 0 && (before === "" || before === "}" || before === ";") && this.isIdent(i + 1)) {
      this.blank(i, i);
      return;
    }
    const after = this.word(i + 1);
    const behindType =
      this.isIdent(i - 1) &&
      before !== "return" &&
      before !== "goto" &&
      before !== "case" &&
      before !== "else" &&
      !TYPE_WORDS.has(before);
    const behindStar = before === "*" || before === ")";
    if (
      (behindType || behindStar || TYPE_WORDS.has(before)) &&
      (this.isIdent(i + 1) || (after === "*" && !behindStar))
    ) {
      if (before === "struct" || before === "union" || before === "enum") return;
      this.blank(i, i);
    }
  }

  private calledAttribute(i: number, close: number, depth: number, name: string): boolean {
    const listed = this.syntax.calledAttributes.has(name);
    const behindHeader = depth === 0 && this.word(i - 1) === ")" && name.startsWith("__");
    if (!listed && !behindHeader) return false;
    const args = this.text.slice(this.e[i + 1], this.s[close]).trim();
    if (name === "__free") this.cleanups.set(this.s[i] as number, args);
    else this.annotations.push({ name, args, at: this.s[i] as number });
    this.blank(i, close);
    return true;
  }

  /** EXPORT_SYMBOL(x); goes; SYSCALL_DEFINE3(name, ...) { becomes a function header of the same length. */
  private fileMacro(i: number, close: number): number {
    const before = this.word(i - 1);
    const after = this.word(close + 1);
    if (after === "{") {
      // `static inline struct x *TO_X(...) {`: what has a type before it is a function, whatever its letters.
      const hasType = before === "*" || (this.isIdent(i - 1) && !NO_TYPE.has(before) && !this.isAttribute(before));
      if (hasType) return i;
      const name = this.isIdent(i + 2) ? this.word(i + 2) : this.word(i);
      const from = this.s[i] as number;
      const room = (this.e[close] as number) - from;
      const header = [`void ${name}()`, `f ${name}()`, "f f()"].find((h) => h.length <= room) ?? "";
      let first = i;
      while (first > 0 && this.isIdent(first - 1)) first--;
      this.edits.push({ start: this.s[first] as number, end: this.e[close] as number, text: header });
      return close;
    }
    if (before !== "" && before !== ";" && before !== "}" && before !== ")" && before !== "static") return i;
    if (after === "=" || after === ",") return i;
    const args = this.text.slice(this.e[i + 1], this.s[close]).trim();
    this.fileMacros.push({ name: this.word(i), args, at: this.s[i] as number });
    this.blank(before === "static" ? i - 1 : i, close);
    return close;
  }

  /** `_Generic(x, struct a *: f(x), const struct a *: g(x))` is read as its first choice (C11, 6.5.1.1). */
  private generic(i: number, close: number): number {
    const ends: number[] = [];
    for (let j = i + 2; j < close && ends.length < 3; j++) {
      const word = this.word(j);
      if (word === "(" && this.close[j] !== -1) j = this.close[j] as number;
      else if (word === (ends.length === 1 ? ":" : ",")) ends.push(j);
    }
    const [, colon, next = close] = ends;
    if (colon === undefined) return i;
    this.blank(i, colon, "(");
    if (next < close) this.blank(next, close - 1);
    return colon;
  }

  private isAttribute(word: string): boolean {
    return this.syntax.bareAttributes.has(word);
  }

  private inBody(i: number, close: number, name: string): void {
    if ((FOR_EACH.test(name) || this.syntax.statementMacros.has(name)) && this.startsStatement(i)) {
      const after = this.word(close + 1);
      if (after !== ";" && after !== "" && after !== ")" && after !== "," && name.length >= 5) {
        this.edits.push({ start: this.s[i] as number, end: this.e[i] as number, text: "while" });
        this.loops.set(this.s[i] as number, name);
      }
    }
    // The grammar's own offsetof takes one plain member; the kernel writes offsetof(struct T, a.b[i]).
    if (name === "offsetof")
      this.edits.push({ start: this.s[i] as number, end: this.e[i] as number, text: "Offsetof" });
    if (!TYPE_OPERATORS.has(name)) {
      this.typeArguments(i + 1, close);
      this.operatorArguments(i + 1, close);
    }
  }

  private startsStatement(i: number): boolean {
    const before = this.word(i - 1);
    return (
      before === "{" ||
      before === "}" ||
      before === ";" ||
      before === ")" ||
      before === ":" ||
      before === "else" ||
      before === "do"
    );
  }

  /** `rmw(reg, &=, mask)`, `asm_safe("x", , y)`: an operator, or nothing, as a macro's argument becomes a name. */
  private operatorArguments(open: number, close: number): void {
    for (let j = open + 1; j < close; j++) {
      if (this.word(j - 1) !== "," || this.isIdent(j)) continue;
      let last = j;
      while (last < close && /^[-+*/%&|^<>=]$/.test(this.word(last))) last++;
      if (last > close || (this.word(last) !== "," && last !== close)) continue;
      // Line ends stay where they are: the name goes where a blank stood.
      const gap = this.text.slice(this.e[j - 1], this.s[last]).search(/[ \t]/);
      const start = (this.e[j - 1] as number) + gap;
      if (last > j) this.blank(j, last - 1, "O");
      else if (gap !== -1) this.edits.push({ start, end: start + 1, text: "O" });
    }
  }

  /** `container_of(p, struct T, m)`: a type where an argument is expected becomes one identifier. */
  private typeArguments(open: number, close: number): void {
    for (let j = open + 1; j < close; j++) {
      const before = this.word(j - 1);
      if ((before !== "(" || j - 1 !== open) && before !== ",") continue;
      if (!TYPE_WORDS.has(this.word(j))) continue;
      let last = j;
      let tag = j;
      while (last < close && (this.isIdent(last) || this.word(last) === "*")) {
        if (this.isIdent(last)) tag = last;
        last++;
      }
      const after = this.word(last);
      if (after !== "," && last !== close) continue;
      const from = this.s[j] as number;
      const name = TYPE_WORDS.has(this.word(tag)) ? "T" : this.word(tag);
      this.edits.push({ start: from, end: this.e[last - 1] as number, text: name });
      j = last - 1;
    }
  }
}

/** Applies edits (sorted, not overlapping); what an edit does not fill is blanked, line ends stay. */
function applyEdits(text: string, edits: Edit[]): string {
  edits.sort((a, b) => a.start - b.start || b.end - a.end);
  const out: string[] = [];
  let at = 0;
  for (const edit of edits) {
    if (edit.start < at) continue;
    out.push(text.slice(at, edit.start), edit.text);
    out.push(text.slice(edit.start + edit.text.length, edit.end).replace(/[^\n]/g, " "));
    at = edit.end;
  }
  out.push(text.slice(at));
  return out.join("");
}

const DEFINE = /^#\s*define\s+([A-Za-z_]\w*)(\(([^)]*)\))?([\s\S]*)$/;

function readDefine(directive: string, at: number): MacroDef | null {
  const match = DEFINE.exec(directive);
  if (match === null) return null;
  const params = match[2] === undefined ? null : (match[3] ?? "").split(",").map((p) => p.trim());
  const body = (match[4] ?? "").replace(/\\\r?\n/g, "\n").trim();
  return { name: match[1] as string, params, body, at };
}

/** Rewrites one file's text; see the head of this file. The result has the same length and line ends. */
export function prepass(text: string, syntax: SyntaxModel): Prepassed {
  const tokens = tokenize(text);
  const directives: { at: number; end: number; text: string; token: number }[] = [];
  const comments: CComment[] = [];
  for (let i = 0; i < tokens.count; i++) {
    const at = tokens.start[i] as number;
    const end = tokens.end[i] as number;
    if (tokens.kind[i] === TOKEN.directive) directives.push({ at, end, text: text.slice(at, end), token: i });
    else if (tokens.kind[i] === TOKEN.comment) comments.push({ at, end, text: text.slice(at, end) });
  }
  const { dropped, unbalanced } = pickArms(directives, text.length);
  // One behind the other in the place of all: what is taken out stands before what is looked at.
  const live: Tokens = { ...tokens, count: 0 };
  const edits: Edit[] = [];
  const macros: MacroDef[] = [];
  let d = 0;
  for (let i = 0; i < tokens.count; i++) {
    const start = tokens.start[i] as number;
    const end = tokens.end[i] as number;
    while (d < dropped.length && (dropped[d] as { end: number }).end <= start) d++;
    const arm = dropped[d];
    const isDropped = arm !== undefined && start >= arm.start;
    const kind = tokens.kind[i] as number;
    if (kind === TOKEN.directive && !isDropped) {
      const macro = readDefine(text.slice(start, end), start);
      if (macro !== null) macros.push(macro);
    }
    if (isDropped || kind === TOKEN.directive || kind === TOKEN.comment) edits.push({ start, end, text: "" });
    else {
      live.start[live.count] = start;
      live.end[live.count] = end;
      live.kind[live.count++] = kind;
    }
  }
  const pass = new Prepass(text, live, syntax);
  pass.run();
  const unhandled = pass.unhandled;
  if (unbalanced > 0) unhandled.set("unbalanced #if", unbalanced);
  return {
    text: applyEdits(text, [...edits, ...pass.edits]),
    loops: pass.loops,
    annotations: pass.annotations,
    fileMacros: pass.fileMacros,
    cleanups: pass.cleanups,
    macros,
    comments,
    unhandled,
  };
}
