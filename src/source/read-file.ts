/**
 * The source stage: the text of one C file to functions, structs and operations tables. Steps: pre-pass (prepass.ts), cut
 * into file-level items (items.ts), parse each (parse-c.ts), lower (lower-*.ts). Hunks without a file: hunks.ts.
 */
import type { CFile, CFunction, CStruct, Expr, MacroDef, MacroFunction, StructField, TableEntry } from "./ast.js";
import { cutItems, type Item } from "./items.js";
import { lineOf, lineStarts } from "./lines.js";
import { child, type LowerContext, lowerExpr, textOf, typeRef } from "./lower-expr.js";
import { StmtLowering } from "./lower-stmt.js";
import type { ParseC, SyntaxNode } from "./parse-c.js";
import { type Prepassed, prepass, type SyntaxModel } from "./prepass.js";
import { valueNames } from "./value-names.js";

/** A parser with the words that its pre-pass treats by name. */
export interface CReader {
  parse: ParseC;
  syntax: SyntaxModel;
}

class FileReader {
  readonly functions: CFunction[] = [];
  readonly structs: CStruct[] = [];
  readonly tables: TableEntry[] = [];
  private readonly unhandled: (what: string) => void;
  private readonly ctx: LowerContext;

  constructor(
    private readonly reader: CReader,
    private readonly pre: Prepassed,
  ) {
    this.unhandled = (what) => {
      pre.unhandled.set(what, (pre.unhandled.get(what) ?? 0) + 1);
    };
    this.ctx = { text: pre.text, lowerBlock: () => [], unhandled: this.unhandled };
  }

  item(item: Item): void {
    if (item.kind === "declaration") return;
    const { root, errors } = this.reader.parse(this.pre.text.slice(item.start, item.end), item.start);
    if (item.kind === "function") this.fn(root, errors);
    else this.data(root);
  }

  private fn(root: SyntaxNode, errors: number): void {
    const node = root.children.find((c) => c.type === "function_definition") ?? findDeep(root, "function_definition");
    const fn = node && new StmtLowering(this.pre, this.unhandled).fn(node, errors);
    if (fn) this.functions.push(fn);
    else this.unhandled("function header");
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
        fields.push({ name: field, type });
      }
      if (names.length === 0 && specifier && child(specifier, "body")) this.inlineUnnamed(specifier, tag, fields);
    }
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
function macroFunction(macro: MacroDef, reader: CReader): MacroFunction | null {
  const { name, params, body, at } = macro;
  if (params === null || body.length > MAX_MACRO || !/[(=]/.test(body) || /#|\.\.\./.test(body)) return null;
  let fn: CFunction | null | undefined;
  const attempt = (text: string): CFunction | null => {
    const [found] = readC("", text, reader).functions;
    return found !== undefined && found.errors === 0 ? { ...found, at, end: at, annotations: [] } : null;
  };
  const read = (): CFunction | null => {
    const header = `static inline T ${name}(${params.map((p) => `P *${p.replace(/\W/g, "_")}`).join(", ")})`;
    const block = /^(?:do\b|\{)/.test(body) || /;\s*\S/.test(body);
    fn ??= block ? attempt(`${header} { ${body}; }`) : attempt(`${header} { return ${body.replace(/;$/, "")}; }`);
    return fn;
  };
  return { name, read };
}

/**
 * Reads one C file. Never fails on odd text: what cannot be read is counted in `unhandled` and in each function's `errors`.
 * `lineNumbers`, when given, maps the 0-based lines of `text` to the file's 1-based numbers.
 */
export function readC(path: string, text: string, reader: CReader, lineNumbers?: readonly number[]): CFile {
  const pre = prepass(text, reader.syntax);
  const file = new FileReader(reader, pre);
  for (const item of cutItems(pre.text)) file.item(item);
  const starts = lineStarts(text);
  return {
    path,
    text,
    lineAt: (offset) => {
      const line = lineOf(starts, offset);
      return lineNumbers === undefined ? line + 1 : (lineNumbers[line] ?? lineNumbers.at(-1) ?? 1);
    },
    functions: file.functions,
    structs: file.structs,
    tables: file.tables,
    valueNames: valueNames(text, new Set(file.functions.map((f) => f.name))),
    comments: pre.comments,
    macros: pre.macros.flatMap((m) => macroFunction(m, reader) ?? []),
    unhandled: pre.unhandled,
  };
}
