/** From concrete statements and functions to the statements of ast.ts. */
import type { CFunction, Declarator, Expr, Param, Stmt } from "./ast.js";
import { child, type LowerContext, lowerExpr, textOf, typeRef } from "./lower-expr.js";
import type { SyntaxNode } from "./parse-c.js";
import type { Prepassed } from "./prepass.js";

/** Lowers the statements of one function. `pre` tells which `while` stands for which macro. */
export class StmtLowering {
  private readonly ctx: LowerContext;

  constructor(
    private readonly pre: Prepassed,
    unhandled: (what: string) => void,
  ) {
    this.ctx = { text: pre.text, lowerBlock: (node) => this.block(node), unhandled };
  }

  block(node: SyntaxNode): Stmt[] {
    return node.children.filter((c) => c.type !== "comment").map((c) => this.stmt(c));
  }

  private expr(node: SyntaxNode | undefined, at: number): Expr {
    return node === undefined ? { kind: "unknown", what: "missing", parts: [], at } : lowerExpr(this.ctx, node);
  }

  private body(node: SyntaxNode | undefined, at: number): Stmt {
    return node === undefined ? { kind: "empty", at } : this.stmt(node);
  }

  stmt(node: SyntaxNode): Stmt {
    const at = node.start;
    switch (node.type) {
      case "compound_statement":
        return { kind: "block", body: this.block(node), at, end: node.end };
      case "expression_statement":
        return node.children[0] === undefined
          ? { kind: "empty", at }
          : { kind: "expr", expr: lowerExpr(this.ctx, node.children[0]), at };
      case "declaration":
        return { kind: "decl", declarators: this.declarators(node), at };
      case "if_statement":
        return this.ifStmt(node);
      case "while_statement":
        return this.whileStmt(node);
      case "do_statement":
        return {
          kind: "do",
          body: this.body(child(node, "body"), at),
          test: this.expr(child(node, "condition"), at),
          at,
          end: node.end,
        };
      case "for_statement":
        return this.forStmt(node);
      case "switch_statement":
        return {
          kind: "switch",
          test: this.expr(child(node, "condition"), at),
          body: this.body(child(node, "body"), at),
          at,
        };
      case "case_statement": {
        const value = child(node, "value");
        const rest = node.children.filter((c) => c !== value && c.type !== "comment");
        return {
          kind: "case",
          value: value ? lowerExpr(this.ctx, value) : null,
          body: rest.map((c) => this.stmt(c)),
          at,
        };
      }
      case "labeled_statement": {
        const label = child(node, "label");
        const rest = node.children.find((c) => c !== label && c.type !== "comment");
        return { kind: "label", name: label ? textOf(this.ctx, label) : "", body: rest ? this.stmt(rest) : null, at };
      }
      case "goto_statement": {
        const label = child(node, "label");
        return { kind: "goto", label: label ? textOf(this.ctx, label) : "", at };
      }
      case "return_statement":
        return { kind: "return", value: node.children[0] ? lowerExpr(this.ctx, node.children[0]) : null, at };
      case "break_statement":
        return { kind: "break", at };
      case "continue_statement":
        return { kind: "continue", at };
      case "attributed_statement":
        return this.body(node.children.at(-1), at);
      case "else_clause":
        return this.body(node.children[0], at);
      case "type_definition":
      case "struct_specifier":
      case "union_specifier":
      case "enum_specifier":
        return { kind: "empty", at };
      default:
        return this.otherStmt(node);
    }
  }

  private otherStmt(node: SyntaxNode): Stmt {
    if (/_expression$|^identifier$|_literal$/.test(node.type)) {
      return { kind: "expr", expr: lowerExpr(this.ctx, node), at: node.start };
    }
    this.ctx.unhandled(node.type);
    return { kind: "unknown", what: node.type, at: node.start };
  }

  private ifStmt(node: SyntaxNode): Stmt {
    const otherwise = child(node, "alternative");
    return {
      kind: "if",
      test: this.expr(child(node, "condition"), node.start),
      yes: this.body(child(node, "consequence"), node.start),
      no: otherwise ? this.stmt(otherwise) : null,
      at: node.start,
    };
  }

  private whileStmt(node: SyntaxNode): Stmt {
    const macro = this.pre.loops.get(node.start);
    const condition = child(node, "condition");
    const body = this.body(child(node, "body"), node.start);
    if (macro === undefined)
      return { kind: "while", test: this.expr(condition, node.start), body, at: node.start, end: node.end };
    const args: Expr[] = [];
    if (condition !== undefined) flattenComma(lowerExpr(this.ctx, condition), args);
    return { kind: "macro-loop", name: macro, args, body, at: node.start, end: node.end };
  }

  private forStmt(node: SyntaxNode): Stmt {
    const at = node.start;
    const init = child(node, "initializer");
    const test = child(node, "condition");
    const step = child(node, "update");
    return {
      kind: "for",
      init:
        init === undefined
          ? null
          : init.type === "declaration"
            ? this.stmt(init)
            : { kind: "expr", expr: lowerExpr(this.ctx, init), at: init.start },
      test: test ? lowerExpr(this.ctx, test) : null,
      step: step ? lowerExpr(this.ctx, step) : null,
      body: this.body(child(node, "body"), at),
      at,
      end: node.end,
    };
  }

  private declarators(node: SyntaxNode): Declarator[] {
    const type = child(node, "type");
    const isStatic = node.children.some(
      (c) => c.type === "storage_class_specifier" && textOf(this.ctx, c) === "static",
    );
    const out: Declarator[] = [];
    for (const part of node.children) {
      if (part.field !== "declarator") continue;
      const value = part.type === "init_declarator" ? child(part, "value") : undefined;
      const declarator = part.type === "init_declarator" ? child(part, "declarator") : part;
      const name = declarator && declaredName(declarator);
      if (name === undefined || isPrototype(declarator)) continue;
      out.push({
        name: textOf(this.ctx, name),
        type: typeRef(this.ctx, type, declarator),
        init: value ? lowerExpr(this.ctx, value) : null,
        isStatic,
        cleanup: this.cleanupBehind(name.end),
        at: part.start,
      });
    }
    return out;
  }

  private cleanupBehind(offset: number): string | null {
    for (let i = offset; i < this.pre.text.length && this.pre.text[i] === " "; i++) {
      const found = this.pre.cleanups.get(i);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The function of a function_definition node, or null when its header has no name or parameters. */
  fn(node: SyntaxNode, errors: number): CFunction | null {
    const body = child(node, "body");
    const header = child(node, "declarator");
    const fnDeclarator = findFunctionDeclarator(header);
    const name = fnDeclarator && declaredName(fnDeclarator);
    if (body === undefined || fnDeclarator === undefined || name === undefined) return null;
    const storage = node.children.filter((c) => c.type === "storage_class_specifier").map((c) => textOf(this.ctx, c));
    return {
      name: textOf(this.ctx, name),
      params: this.params(child(fnDeclarator, "parameters")),
      returns: typeRef(this.ctx, child(node, "type"), header),
      isStatic: storage.includes("static"),
      isWeak: this.isWeak(node, header, body.start),
      body: this.block(body),
      at: node.start,
      end: node.end,
      annotations: this.pre.annotations.filter(
        (a) => a.at < node.end && (a.at >= node.start || this.isBefore(a.at, node)),
      ),
      errors,
      whole: true,
    };
  }

  /** In front of a function with nothing but what was blanked in between: `__init static int f(void)`. */
  private isBefore(at: number, node: SyntaxNode): boolean {
    return at < node.start && this.pre.text.slice(at, node.start).trim() === "";
  }

  /** `__weak`, before the type too, where it was blanked out of the node; or the attribute written out. */
  private isWeak(node: SyntaxNode, header: SyntaxNode | undefined, end: number): boolean {
    const marked = this.pre.annotations.some(
      (a) => a.name === "__weak" && a.at < end && (a.at >= node.start || this.isBefore(a.at, node)),
    );
    const written = [...node.children, ...(header?.children ?? [])].filter((c) => c.type === "attribute_specifier");
    return marked || written.some((c) => /\b(?:weak|__weak__)\b/.test(textOf(this.ctx, c)));
  }

  private params(node: SyntaxNode | undefined): Param[] {
    const out: Param[] = [];
    for (const p of node?.children ?? []) {
      if (p.type !== "parameter_declaration") continue;
      const declarator = child(p, "declarator");
      const name = declarator && declaredName(declarator);
      const type = typeRef(this.ctx, child(p, "type"), declarator);
      if (name === undefined && type.name === "void" && type.pointers === 0) continue;
      out.push({ name: name ? textOf(this.ctx, name) : "", type });
    }
    return out;
  }
}

function flattenComma(expr: Expr, out: Expr[]): void {
  let rest: Expr = expr;
  while (rest.kind === "comma") {
    if (rest.left.kind === "comma") flattenComma(rest.left, out);
    else out.push(rest.left);
    rest = rest.right;
  }
  out.push(rest);
}

function declaredName(declarator: SyntaxNode): SyntaxNode | undefined {
  let d: SyntaxNode | undefined = declarator;
  while (d !== undefined) {
    if (d.type === "identifier" || d.type === "field_identifier" || d.type === "type_identifier") return d;
    d = child(d, "declarator") ?? d.children.find((c) => /declarator$|^identifier$/.test(c.type));
  }
  return undefined;
}

function findFunctionDeclarator(declarator: SyntaxNode | undefined): SyntaxNode | undefined {
  let d = declarator;
  while (d !== undefined && d.type !== "function_declarator") {
    d = child(d, "declarator") ?? d.children.find((c) => /declarator$/.test(c.type));
  }
  return d;
}

/** `int f(void);` inside a body declares no variable; `int (*cb)(void)` does. */
function isPrototype(declarator: SyntaxNode | undefined): boolean {
  if (declarator?.type !== "function_declarator") return false;
  return child(declarator, "declarator")?.type === "identifier";
}
