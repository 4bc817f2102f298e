/**
 * The source stage: the text of one C file to functions, structs and operations tables. Steps: pre-pass (prepass.ts), cut
 * into file-level items (items.ts), parse each (parse-c.ts), lower (lower-*.ts). Hunks without a file: hunks.ts.
 */
import type { CFile, CFunction, CStruct, Expr, MacroDef, MacroFunction, StructField, TableEntry } from "./ast.js";
import { cutItems, type Item } from "./items.js";
import { Known, type Read, unitsOf } from "./known-functions.js";
import { lineOf, lineStarts } from "./lines.js";
import { child, type LowerContext, lowerExpr, textOf, typeRef } from "./lower-expr.js";
import { StmtLowering } from "./lower-stmt.js";
import type { ParseC, SyntaxNode } from "./parse-c.js";
import { type Prepassed, prepass, type SyntaxModel } from "./prepass.js";
import { prototypesOf } from "./prototypes.js";
import { valueNames } from "./value-names.js";

/** A parser with the words that its pre-pass treats by name. */
export interface CReader {
  parse: ParseC;
  syntax: SyntaxModel;
}

const GUARDED = "guarded_by";

class FileReader {
  readonly functions: CFunction[] = [];
  readonly read: Read[] = [];
  readonly structs: CStruct[] = [];
  readonly tables: TableEntry[] = [];
  private readonly unhandled: (what: string) => void;
  /** What was passed over in the item that is being read. */
  private passed = new Map<string, number>();
  private readonly ctx: LowerContext;

  constructor(
    private readonly reader: CReader,
    private readonly pre: Prepassed,
    private readonly known: Known | null,
  ) {
    this.unhandled = (what) => {
      this.passed.set(what, (this.passed.get(what) ?? 0) + 1);
    };
    this.ctx = { text: pre.text, lowerBlock: () => [], unhandled: this.unhandled };
  }

  item(item: Item): void {
    if (item.kind === "declaration") return;
    const own = item.kind === "function" ? this.known?.take(item, this.pre.text) : undefined;
    if (own !== undefined) {
      this.functions.push(own.fn);
      this.read.push(own);
    } else this.parse(item);
    for (const [what, count] of own?.passed ?? this.passed)
      this.pre.unhandled.set(what, (this.pre.unhandled.get(what) ?? 0) + count);
  }

  private parse(item: Item): void {
    this.passed = new Map();
    const { root, errors } = this.reader.parse(this.pre.text.slice(item.start, item.end), item.start);
    if (item.kind === "function") this.fn(root, errors, item);
    else this.data(root);
  }

  private fn(root: SyntaxNode, errors: number, item: Item): void {
    const node = root.children.find((c) => c.type === "function_definition") ?? findDeep(root, "function_definition");
    const fn = node && new StmtLowering(this.pre, this.unhandled).fn(node, errors);
    if (fn) {
      this.functions.push(fn);
      this.read.push({ fn, item, unit: null, passed: this.passed });
    } else this.unhandled("function header");
  }

  private data(root: SyntaxNode): void {
    for (const node of root.children) {
      const specifier = node.type === "struct_specifier" ? node : child(node, "type");
      if (specifier !== undefined) this.aggregate(specifier, null);
      if (node.type !== "declaration") continue;
      const type = typeRef(this.ctx, specifier);
      for (const part of node.children) {
        const value = part.type === "init_declarator" ? child(part, "value") : undefined;
        const name = part.type === "init_declarator" ? findDeep(part, "identifier") : undefined;
        if (value !== undefined) this.table(type.name, name ? textOf(this.ctx, name) : "", lowerExpr(this.ctx, value));
      }
    }
  }

  private table(tableType: string, table: string, value: Expr): void {
    if (value.kind !== "init") return;
    for (const entry of value.entries) {
      const inner = stripAddress(entry.value);
      if (inner.kind === "init") this.table(tableType, table, inner);
      else if (inner.kind === "id" && entry.name !== null) {
        this.tables.push({ tableType, table, field: entry.name, target: inner.name, at: entry.value.at });
      } else if (inner.kind === "id") {
        this.tables.push({ tableType, table, field: "", target: inner.name, at: entry.value.at });
      }
    }
  }

  /** Structs with a name, and their unnamed inner structs under "outer.field". */
  private aggregate(node: SyntaxNode, name: string | null): void {
    const body = child(node, "body");
    const own = child(node, "name");
    const tag = name ?? (own ? textOf(this.ctx, own) : null);
    if (body === undefined || tag === null || !/^(struct|union)_specifier$/.test(node.type)) return;
    const fields: StructField[] = [];
    this.structs.push({ name: tag, fields, at: node.start, whole: true });
    for (const declaration of body.children) {
      if (declaration.type !== "field_declaration") continue;
      const specifier = child(declaration, "type");
      const names = declaration.children.filter((c) => c.field === "declarator");
      for (const declarator of names) {
        const id = findDeep(declarator, "field_identifier");
        if (id === undefined) continue;
        const field = textOf(this.ctx, id);
        const type = typeRef(this.ctx, specifier, declarator);
        if (type.name === "" && specifier && child(specifier, "body")) {
          type.name = `${tag}.${field}`;
          this.aggregate(specifier, type.name);
        }
        fields.push({
          name: field,
          type,
          guardedBy: this.guardOf(declarator, declaration.end),
          at: declaration.start,
          end: declaration.end,
        });
      }
      if (names.length === 0 && specifier && child(specifier, "body")) this.inlineUnnamed(specifier, tag, fields);
    }
  }

  /** The guard annotation behind a field's declarator; the pre-pass has blanked it and kept its place. */
  private guardOf(declarator: SyntaxNode, end: number): StructField["guardedBy"] {
    const next = this.pre.annotations.find((a) => a.at >= declarator.start && a.at < end && a.name.endsWith(GUARDED));
    return next === undefined ? null : { lock: next.args, pointee: next.name !== `__${GUARDED}` };
  }

  private inlineUnnamed(specifier: SyntaxNode, tag: string, fields: StructField[]): void {
    const before = this.structs.length;
    this.aggregate(specifier, tag);
    const inner = this.structs.splice(before, 1)[0];
    for (const field of inner?.fields ?? []) fields.push(field);
  }
}

function stripAddress(expr: Expr): Expr {
  if (expr.kind === "unary" && expr.op === "&") return stripAddress(expr.arg);
  if (expr.kind === "cast") return stripAddress(expr.arg);
  return expr;
}

function findDeep(node: SyntaxNode, type: string): SyntaxNode | undefined {
  if (node.type === type) return node;
  for (const c of node.children) {
    const found = findDeep(c, type);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Longer macros are tables or generators, not helpers. */
const MAX_MACRO = 1500;

/** A function-like macro as a function: its body as statements, or as the value it returns. */
export function macroFunction(macro: MacroDef, reader: CReader): MacroFunction | null {
  const { name, params, body, at } = macro;
  if (params === null || body.length > MAX_MACRO || !/[(=]/.test(body) || /#|\.\.\./.test(body)) return null;
  let fn: CFunction | null | undefined;
  const attempt = (text: string): CFunction | null => {
    const [found] = readC("", text, reader).functions;
    return found !== undefined && found.errors === 0 ? { ...found, name, at, end: at, annotations: [] } : null;
  };
  const read = (): CFunction | null => {
    // Under its own name, in capitals, the pre-pass would take it for a macro that defines a function.
    const header = `static inline T macro(${params.map((p) => `P *${p.replace(/\W/g, "_")}`).join(", ")})`;
    const block = /^(?:do\b|\{)/.test(body) || /;\s*\S/.test(body);
    fn ??= block ? attempt(`${header} { ${body}; }`) : attempt(`${header} { return ${body.replace(/;$/, "")}; }`);
    return fn;
  };
  return { name, text: `(${params.join()}) ${body}`, def: macro, read };
}

/**
 * Reads one C file. Never fails on odd text: what cannot be read is counted in `unhandled` and in each function's `errors`.
 * `lineNumbers`, when given, maps the 0-based lines of `text` to the file's 1-based numbers. `before`, an older text of the
 * same file, lends the functions that are the same in both.
 */
export function readC(
  path: string,
  text: string,
  reader: CReader,
  { lineNumbers, before }: { lineNumbers?: readonly number[]; before?: CFile } = {},
): CFile {
  const pre = prepass(text, reader.syntax);
  const reading = new FileReader(reader, pre, before === undefined ? null : new Known(before, text));
  const items = cutItems(pre.text);
  for (const item of items) reading.item(item);
  const starts = lineStarts(text);
  const file: CFile = {
    path,
    text,
    lineAt: (offset) => {
      const line = lineOf(starts, offset);
      return lineNumbers === undefined ? line + 1 : (lineNumbers[line] ?? lineNumbers.at(-1) ?? 1);
    },
    functions: reading.functions,
    structs: reading.structs,
    tables: reading.tables,
    valueNames: valueNames(text, new Set(reading.functions.map((f) => f.name))),
    comments: pre.comments,
    macros: pre.macros.flatMap((m) => macroFunction(m, reader) ?? []),
    units: null,
    mixed: reading.read.some((r) => r.unit !== null),
    prototypes: prototypesOf(items, pre),
    unhandled: pre.unhandled,
  };
  if (lineNumbers === undefined) file.units = unitsOf(reading.read, file, pre.text);
  return file;
}
