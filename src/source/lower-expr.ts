/** From concrete expressions to the expressions of ast.ts. */
import type { Expr, Stmt, TypeRef } from "./ast.js";
import type { SyntaxNode } from "./parse-c.js";

/** What lowering needs from its surroundings: the text, statements (for `({ })`) and a place to count what it passes over. */
export interface LowerContext {
  text: string;
  lowerBlock: (node: SyntaxNode) => Stmt[];
  unhandled: (what: string) => void;
}

export const child = (node: SyntaxNode, field: string): SyntaxNode | undefined =>
  node.children.find((c) => c.field === field);

export const textOf = (ctx: { text: string }, node: SyntaxNode): string => ctx.text.slice(node.start, node.end);

/** The type named by a specifier node and the declarator around it (`*` and `[]` count as pointers). */
export function typeRef(ctx: { text: string }, specifier: SyntaxNode | undefined, declarator?: SyntaxNode): TypeRef {
  let pointers = 0;
  for (
    let d = declarator;
    d !== undefined;
    d = child(d, "declarator") ?? d.children.find((c) => /declarator$/.test(c.type))
  ) {
    if (d.type === "pointer_declarator" || d.type === "abstract_pointer_declarator" || d.type === "array_declarator")
      pointers++;
  }
  if (specifier === undefined) return { name: "", pointers, tag: false };
  if (/^(struct|union|enum)_specifier$/.test(specifier.type)) {
    const name = child(specifier, "name");
    return { name: name === undefined ? "" : textOf(ctx, name), pointers, tag: true };
  }
  return { name: textOf(ctx, specifier).replace(/\s+/g, " ").trim(), pointers, tag: false };
}

const NUMERIC: Record<string, string> = { true: "1", false: "0", null: "0" };

/** Lowers one expression node. Never fails: what it does not know becomes "unknown" with its parts kept, and is counted. */
export function lowerExpr(ctx: LowerContext, node: SyntaxNode): Expr {
  const at = node.start;
  const sub = (field: string): Expr => {
    const found = child(node, field);
    return found === undefined ? { kind: "unknown", what: "missing", parts: [], at } : lowerExpr(ctx, found);
  };
  switch (node.type) {
    case "identifier":
    case "type_identifier":
    case "primitive_type":
    case "field_identifier":
      return { kind: "id", name: textOf(ctx, node), at };
    case "number_literal":
    case "char_literal":
      return { kind: "number", text: textOf(ctx, node), at };
    case "true":
    case "false":
    case "null":
      return { kind: "number", text: NUMERIC[node.type] as string, at };
    case "string_literal":
    case "concatenated_string":
      return { kind: "string", at };
    case "parenthesized_expression":
      return lowerParen(ctx, node);
    case "field_expression":
      return lowerMember(ctx, node);
    case "subscript_expression":
      return { kind: "index", base: sub("argument"), index: sub("index"), at };
    case "pointer_expression":
    case "unary_expression":
    case "update_expression": {
      const operator = child(node, "operator");
      const prefix = operator === undefined ? (ctx.text[node.start] ?? "") : textOf(ctx, operator);
      const postfix = operator !== undefined && operator.start > node.start && node.type === "update_expression";
      return { kind: "unary", op: postfix ? `post${prefix}` : prefix, arg: sub("argument"), at };
    }
    case "binary_expression":
    case "assignment_expression": {
      const operator = child(node, "operator");
      const op = operator === undefined ? "=" : textOf(ctx, operator);
      const kind = node.type === "binary_expression" ? "binary" : "assign";
      return { kind, op, left: sub("left"), right: sub("right"), at };
    }
    case "call_expression": {
      const args = child(node, "arguments")?.children ?? [];
      return { kind: "call", callee: sub("function"), args: args.map((a) => lowerExpr(ctx, a)), at };
    }
    case "conditional_expression": {
      const then = child(node, "consequence");
      return {
        kind: "cond",
        test: sub("condition"),
        yes: then ? lowerExpr(ctx, then) : null,
        no: sub("alternative"),
        at,
      };
    }
    case "cast_expression":
    case "compound_literal_expression": {
      const descriptor = child(node, "type");
      const type = typeRef(ctx, descriptor && child(descriptor, "type"), descriptor && child(descriptor, "declarator"));
      return { kind: "cast", type, arg: sub("value"), at };
    }
    case "comma_expression":
      return { kind: "comma", left: sub("left"), right: sub("right"), at };
    case "compound_statement":
      return { kind: "block", body: ctx.lowerBlock(node), at };
    case "initializer_list":
      return { kind: "init", entries: node.children.map((c) => lowerEntry(ctx, c)), at };
    case "sizeof_expression":
    case "alignof_expression":
    case "offsetof_expression":
      return { kind: "sizeof", at };
    case "extension_expression":
      return node.children[0] ? lowerExpr(ctx, node.children[0]) : { kind: "unknown", what: node.type, parts: [], at };
    default:
      ctx.unhandled(node.type);
      return { kind: "unknown", what: node.type, parts: node.children.map((c) => lowerExpr(ctx, c)), at };
  }
}

function lowerParen(ctx: LowerContext, node: SyntaxNode): Expr {
  const inner = node.children.find((c) => c.type !== "ERROR") ?? node.children[0];
  if (inner === undefined) return { kind: "unknown", what: "empty parentheses", parts: [], at: node.start };
  return lowerExpr(ctx, inner);
}

function lowerMember(ctx: LowerContext, node: SyntaxNode): Expr {
  const base = child(node, "argument");
  const field = child(node, "field");
  return {
    kind: "member",
    base: base ? lowerExpr(ctx, base) : { kind: "unknown", what: "missing", parts: [], at: node.start },
    field: field ? textOf(ctx, field) : "",
    arrow: base !== undefined && field !== undefined && ctx.text.slice(base.end, field.start).includes("->"),
    at: node.start,
  };
}

function lowerEntry(ctx: LowerContext, node: SyntaxNode): { name: string | null; value: Expr } {
  if (node.type !== "initializer_pair") return { name: null, value: lowerExpr(ctx, node) };
  const designator = node.children.find((c) => c.field === "designator");
  const value = child(node, "value");
  const field = designator?.type === "field_designator" ? designator.children[0] : undefined;
  return {
    name: field === undefined ? null : textOf(ctx, field),
    value: value ? lowerExpr(ctx, value) : { kind: "unknown", what: "missing", parts: [], at: node.start },
  };
}
