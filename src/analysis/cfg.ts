/**
 * Control flow of one function: blocks of steps in evaluation order, edges that carry the condition they were taken on.
 * Short-circuit operators in conditions become blocks of their own; guard() and scoped_guard() become a step that takes the
 * lock and steps that give it back on every way out of their scope (include/linux/cleanup.h).
 */
import type { CFunction, Declarator, Expr, Stmt } from "../source/ast.js";
import { conditional, type Fork, forkOf } from "./effects.js";

/** A loop: over all objects of some kind (`name` is the macro), or a plain one (`name` is "for", "while" or "do"). */
export interface Loop {
  id: number;
  name: string;
  args: Expr[];
  at: number;
  end: number;
  /** Where its body stands; a test in front of it or behind it is no part of that. */
  bodyAt: number;
  bodyEnd: number;
  /** True for `for (;;)` and `while (1)`: only a jump leaves it. */
  endless: boolean;
}

export type Step =
  /** What becomes of the value: nothing (a statement), a branch is decided by it, or it is returned. */
  | { kind: "eval"; expr: Expr; use: "statement" | "branch" | "returned" }
  | { kind: "decl"; declarator: Declarator }
  /** The loop variables get the next element. */
  | { kind: "next"; loop: Loop }
  /** Every element was visited: what was done to one was done to all. */
  | { kind: "done"; loop: Loop }
  /** `guard(class)(args)`: takes a lock until the matching release step. */
  | { kind: "guard"; id: number; className: string; args: Expr[]; at: number }
  | { kind: "release"; ids: number[]; at: number }
  | { kind: "return"; value: Expr | null; at: number }
  /** Control leaves the shown lines of a partial function. */
  | { kind: "leave"; at: number };

/** `whole`: the outcome of a compound condition, whose parts have been evaluated and decided before. */
export interface Assumption {
  expr: Expr;
  truth: boolean;
  whole?: boolean;
}

export interface Edge {
  to: number;
  /** The condition this edge was taken on; null for an unconditional one. */
  assume: Assumption | null;
}

export interface Block {
  id: number;
  steps: Step[];
  edges: Edge[];
}

export interface Cfg {
  blocks: Block[];
  entry: number;
  loops: Loop[];
}

type LoopStmt = Extract<Stmt, { kind: "while" | "do" | "for" }>;

interface JumpTargets {
  breakTo: number | null;
  continueTo: number | null;
  /** Number of guards open where the target is. */
  breakDepth: number;
  continueDepth: number;
}

const GUARD_LOOPS = new Set(["scoped_guard", "scoped_cond_guard"]);

class CfgBuilder {
  readonly blocks: Block[] = [];
  readonly loops: Loop[] = [];
  private current = 0;
  private readonly guards: number[] = [];
  private nextGuard = 0;
  private readonly labels = new Map<string, { block: number; guards: number[] }>();
  private readonly pendingGotos: { from: number; label: string; guards: number[]; at: number }[] = [];
  private switchHead: { block: number; test: Expr; hasDefault: boolean } | null = null;
  private jumps: JumpTargets = { breakTo: null, continueTo: null, breakDepth: 0, continueDepth: 0 };

  newBlock(): number {
    const id = this.blocks.length;
    this.blocks.push({ id, steps: [], edges: [] });
    return id;
  }

  private step(step: Step): void {
    this.blocks[this.current]?.steps.push(step);
  }

  private link(from: number, to: number, assume: Edge["assume"] = null): void {
    this.blocks[from]?.edges.push({ to, assume });
  }

  private startAt(block: number): void {
    this.current = block;
  }

  private release(depth: number, at: number): void {
    const ids = this.guards.slice(depth).reverse();
    if (ids.length > 0) this.step({ kind: "release", ids, at });
  }

  /** Ends the current block; what follows in the text is reached only by labels and cases. */
  private dead(): void {
    this.startAt(this.newBlock());
  }

  run(fn: CFunction): Cfg {
    const entry = this.newBlock();
    this.startAt(entry);
    this.stmts(fn.body, fn.end - 1);
    this.step(fn.whole ? { kind: "return", value: null, at: fn.end - 1 } : { kind: "leave", at: fn.end - 1 });
    for (const goto of this.pendingGotos) this.patchGoto(goto, fn);
    return { blocks: this.blocks, entry, loops: this.loops };
  }

  private patchGoto(goto: { from: number; label: string; guards: number[]; at: number }, fn: CFunction): void {
    const label = this.labels.get(goto.label);
    const block = this.blocks[goto.from];
    if (block === undefined) return;
    const ids = goto.guards.filter((g) => label === undefined || !label.guards.includes(g)).reverse();
    if (ids.length > 0) block.steps.push({ kind: "release", ids, at: goto.at });
    if (label !== undefined) this.link(goto.from, label.block);
    else block.steps.push(fn.whole ? { kind: "return", value: null, at: goto.at } : { kind: "leave", at: goto.at });
  }

  /** Statements of a scope; `last` is where it ends, which gives back the locks of its guards. */
  private stmts(list: readonly Stmt[], last: number): void {
    const depth = this.guards.length;
    for (const stmt of list) this.stmt(stmt);
    if (this.guards.length > depth) {
      this.release(depth, last);
      this.guards.length = depth;
    }
  }

  private stmt(stmt: Stmt): void {
    switch (stmt.kind) {
      case "expr":
        this.exprStmt(stmt.expr);
        return;
      case "decl":
        for (const declarator of stmt.declarators) this.declare(declarator);
        return;
      case "block":
        this.stmts(stmt.body, stmt.end - 1);
        return;
      case "if":
        this.ifStmt(stmt);
        return;
      case "while":
        this.plainLoop("while", stmt, stmt.test, stmt.end);
        this.loop(stmt.test, stmt.body, null);
        return;
      case "do":
        this.plainLoop("do", stmt, stmt.test, stmt.test.at);
        this.doLoop(stmt);
        return;
      case "for":
        this.plainLoop(stmt.test === null ? "do" : "for", stmt, stmt.test, stmt.end);
        if (stmt.init !== null) this.stmt(stmt.init);
        this.loop(stmt.test, stmt.body, stmt.step);
        return;
      case "macro-loop":
        this.macroLoop(stmt);
        return;
      case "switch":
        this.switchStmt(stmt);
        return;
      case "case":
        this.caseStmt(stmt);
        return;
      case "label":
        this.label(stmt);
        return;
      case "goto":
        this.pendingGotos.push({ from: this.current, label: stmt.label, guards: [...this.guards], at: stmt.at });
        this.dead();
        return;
      case "return":
        this.returnStmt(stmt);
        return;
      case "break":
        this.jump(this.jumps.breakTo, this.jumps.breakDepth, stmt.at);
        return;
      case "continue":
        this.jump(this.jumps.continueTo, this.jumps.continueDepth, stmt.at);
        return;
      case "empty":
      case "unknown":
        return;
    }
  }

  private returnStmt(stmt: Extract<Stmt, { kind: "return" }>): void {
    const found = stmt.value === null ? null : conditional(stmt.value);
    if (found !== null) {
      const [yes, no] = [this.newBlock(), this.newBlock()];
      this.branch(found.test, yes, no);
      this.startAt(yes);
      this.returnStmt({ ...stmt, value: found.yes });
      this.startAt(no);
      this.returnStmt({ ...stmt, value: found.no });
      return;
    }
    if (stmt.value !== null) this.step({ kind: "eval", expr: stmt.value, use: "returned" });
    this.release(0, stmt.at);
    this.step({ kind: "return", value: stmt.value, at: stmt.at });
    this.dead();
  }

  private jump(target: number | null, depth: number, at: number): void {
    if (target === null) {
      this.step({ kind: "leave", at });
    } else {
      this.release(depth, at);
      this.link(this.current, target);
    }
    this.dead();
  }

  /** `v = test ? a() : b()` at its declaration. */
  private declare(declarator: Declarator): void {
    const found = declarator.init === null || declarator.isStatic ? null : conditional(declarator.init);
    const step = (init: Expr | null): void => this.step({ kind: "decl", declarator: { ...declarator, init } });
    if (found === null) this.step({ kind: "decl", declarator });
    else
      this.fork(
        found.test,
        () => step(found.yes),
        () => step(found.no),
      );
  }

  private fork(test: Expr, whenTrue: () => void, whenFalse: () => void): void {
    const [yes, no, after] = [this.newBlock(), this.newBlock(), this.newBlock()];
    this.branch(test, yes, no);
    this.startAt(yes);
    whenTrue();
    this.link(this.current, after);
    this.startAt(no);
    whenFalse();
    this.link(this.current, after);
    this.startAt(after);
  }

  private forkStmt({ test, yes, no }: Fork): void {
    this.fork(
      test,
      () => yes !== null && this.exprStmt(yes),
      () => no !== null && this.exprStmt(no),
    );
  }

  private exprStmt(expr: Expr): void {
    if (expr.kind === "comma") {
      this.exprStmt(expr.left);
      this.exprStmt(expr.right);
      return;
    }
    const forked = forkOf(expr);
    if (forked !== null) {
      this.forkStmt(forked);
      return;
    }
    const guard = guardCall(expr);
    if (guard === null) {
      this.step({ kind: "eval", expr, use: "statement" });
      return;
    }
    this.takeGuard(guard.className, guard.args, expr.at);
  }

  private takeGuard(className: string, args: Expr[], at: number): void {
    const id = this.nextGuard++;
    this.step({ kind: "guard", id, className, args, at });
    this.guards.push(id);
  }

  /** Branches on a whole condition: `a || b` is remembered as decided, too, not only its parts. */
  private decide(expr: Expr, whenTrue: number, whenFalse: number): void {
    const test = stripHints(expr);
    if (test.kind !== "binary" || (test.op !== "&&" && test.op !== "||")) {
      this.branch(expr, whenTrue, whenFalse);
      return;
    }
    const [yes, no] = [this.newBlock(), this.newBlock()];
    this.branch(test, yes, no);
    this.link(yes, whenTrue, { expr: test, truth: true, whole: true });
    this.link(no, whenFalse, { expr: test, truth: false, whole: true });
  }

  /** Branches on a condition: splits && and || and !, so that each leaf is evaluated only where C evaluates it. */
  private branch(expr: Expr, whenTrue: number, whenFalse: number): void {
    const test = stripHints(expr);
    if (test.kind === "unary" && test.op === "!") {
      this.branch(test.arg, whenFalse, whenTrue);
      return;
    }
    if (test.kind === "binary" && (test.op === "&&" || test.op === "||")) {
      const middle = this.newBlock();
      if (test.op === "&&") this.branch(test.left, middle, whenFalse);
      else this.branch(test.left, whenTrue, middle);
      this.startAt(middle);
      this.branch(test.right, whenTrue, whenFalse);
      return;
    }
    this.step({ kind: "eval", expr: test, use: "branch" });
    this.link(this.current, whenTrue, { expr: test, truth: true });
    this.link(this.current, whenFalse, { expr: test, truth: false });
  }

  private ifStmt(stmt: Extract<Stmt, { kind: "if" }>): void {
    const then = this.newBlock();
    const otherwise = this.newBlock();
    const after = stmt.no === null ? otherwise : this.newBlock();
    this.decide(stmt.test, then, otherwise);
    this.startAt(then);
    this.scoped(stmt.yes);
    this.link(this.current, after);
    if (stmt.no !== null) {
      this.startAt(otherwise);
      this.scoped(stmt.no);
      this.link(this.current, after);
    }
    this.startAt(after);
  }

  /** One statement as a scope of its own: a guard in a brace-less body ends with it. */
  private scoped(stmt: Stmt): void {
    this.stmts([stmt], stmt.at);
  }

  private withJumps(breakTo: number | null, continueTo: number | null, body: () => void): void {
    const outer = this.jumps;
    const depth = this.guards.length;
    this.jumps = {
      breakTo,
      continueTo: continueTo ?? outer.continueTo,
      breakDepth: depth,
      continueDepth: continueTo === null ? outer.continueDepth : depth,
    };
    body();
    this.jumps = outer;
  }

  private loop(test: Expr | null, body: Stmt, next: Expr | null): void {
    const head = this.newBlock();
    const inside = this.newBlock();
    const step = next === null ? head : this.newBlock();
    const after = this.newBlock();
    this.link(this.current, head);
    this.startAt(head);
    if (test === null) this.link(head, inside);
    else this.branch(test, inside, after);
    this.startAt(inside);
    this.withJumps(after, step, () => this.scoped(body));
    this.link(this.current, step);
    if (next !== null) {
      this.startAt(step);
      this.step({ kind: "eval", expr: next, use: "statement" });
      this.link(this.current, head);
    }
    this.startAt(after);
  }

  private doLoop(stmt: Extract<Stmt, { kind: "do" }>): void {
    const inside = this.newBlock();
    const check = this.newBlock();
    const after = this.newBlock();
    this.link(this.current, inside);
    this.startAt(inside);
    this.withJumps(after, check, () => this.scoped(stmt.body));
    this.link(this.current, check);
    this.startAt(check);
    this.branch(stmt.test, inside, after);
    this.startAt(after);
  }

  private plainLoop(name: string, stmt: LoopStmt, test: Expr | null, bodyEnd: number): void {
    const { at, end, body } = stmt;
    const endless = test === null || (test.kind === "number" && !/^0+$/.test(test.text));
    this.loops.push({ id: this.loops.length, name, args: [], at, end, bodyAt: body.at, bodyEnd, endless });
  }

  private macroLoop(stmt: Extract<Stmt, { kind: "macro-loop" }>): void {
    if (GUARD_LOOPS.has(stmt.name)) {
      this.scopedGuard(stmt);
      return;
    }
    const { name, args, at, end } = stmt;
    const range = { bodyAt: stmt.body.at, bodyEnd: end, endless: false };
    const loop: Loop = { id: this.loops.length, name, args, at, end, ...range };
    this.loops.push(loop);
    const head = this.newBlock();
    const inside = this.newBlock();
    const after = this.newBlock();
    for (const arg of stmt.args) if (arg.kind !== "id") this.step({ kind: "eval", expr: arg, use: "branch" });
    this.link(this.current, head);
    const done = this.newBlock();
    this.link(head, inside);
    this.link(head, done);
    this.startAt(done);
    this.step({ kind: "done", loop });
    this.link(done, after);
    this.startAt(inside);
    this.step({ kind: "next", loop });
    this.withJumps(after, head, () => this.scoped(stmt.body));
    this.link(this.current, head);
    this.startAt(after);
  }

  private scopedGuard(stmt: Extract<Stmt, { kind: "macro-loop" }>): void {
    const name = stmt.args[0]?.kind === "id" ? stmt.args[0].name : "";
    const conditional = stmt.name === "scoped_cond_guard";
    const after = this.newBlock();
    const depth = this.guards.length;
    if (conditional) {
      const inside = this.newBlock();
      const failed = this.newBlock();
      this.link(this.current, inside);
      this.link(this.current, failed);
      this.startAt(failed);
      this.link(failed, after);
      this.startAt(inside);
    }
    this.withJumps(after, after, () => {
      this.takeGuard(name, stmt.args.slice(conditional ? 2 : 1), stmt.at);
      this.stmt(stmt.body);
      this.release(depth, stmt.end - 1);
      this.guards.length = depth;
    });
    this.link(this.current, after);
    this.startAt(after);
  }

  private switchStmt(stmt: Extract<Stmt, { kind: "switch" }>): void {
    this.step({ kind: "eval", expr: stmt.test, use: "branch" });
    const after = this.newBlock();
    const head = { block: this.current, test: stmt.test, hasDefault: false };
    const outer = this.switchHead;
    this.switchHead = head;
    this.dead();
    this.withJumps(after, null, () => this.stmt(stmt.body));
    this.link(this.current, after);
    if (!head.hasDefault) this.link(head.block, after);
    this.switchHead = outer;
    this.startAt(after);
  }

  private caseStmt(stmt: Extract<Stmt, { kind: "case" }>): void {
    const block = this.newBlock();
    this.link(this.current, block);
    // A stray case: the hunk does not show its switch, so any value may lead here.
    const head = this.switchHead ?? { block: 0, test: null, hasDefault: true };
    if (stmt.value === null) head.hasDefault = true;
    const at = stmt.at;
    const assume =
      stmt.value === null || head.test === null
        ? null
        : { expr: { kind: "binary", op: "==", left: head.test, right: stmt.value, at } as Expr, truth: true };
    this.link(head.block, block, assume);
    this.startAt(block);
    for (const inner of stmt.body) this.stmt(inner);
  }

  private label(stmt: Extract<Stmt, { kind: "label" }>): void {
    const block = this.newBlock();
    this.link(this.current, block);
    this.labels.set(stmt.name, { block, guards: [...this.guards] });
    this.startAt(block);
    if (stmt.body !== null) this.stmt(stmt.body);
  }
}

/** guard(class)(args), CLASS(class, name)(args), ACQUIRE(class, name)(args): all take until the end of the scope. */
const GUARD_WORDS = new Set(["guard", "CLASS", "ACQUIRE"]);

/** The class and arguments of `guard(class)(args)`; null for anything else. */
function guardCall(expr: Expr): { className: string; args: Expr[] } | null {
  if (expr.kind !== "call" || expr.callee.kind !== "call") return null;
  const inner = expr.callee;
  if (inner.callee.kind !== "id" || !GUARD_WORDS.has(inner.callee.name)) return null;
  const name = inner.args[0];
  return name?.kind === "id" ? { className: name.name, args: expr.args } : null;
}

const HINTS = new Set(["likely", "unlikely", "WARN_ON", "WARN_ON_ONCE", "KVM_BUG_ON", "BUG_ON"]);

/** The condition inside likely(), WARN_ON() and the like: they return the truth of their first argument. */
export function stripHints(expr: Expr): Expr {
  let e = expr;
  for (;;) {
    if (e.kind === "call" && e.callee.kind === "id" && HINTS.has(e.callee.name) && e.args[0] !== undefined)
      e = e.args[0];
    else if (e.kind === "unary" && e.op === "!" && e.arg.kind === "unary" && e.arg.op === "!") e = e.arg.arg;
    else return e;
  }
}

/** Builds the control flow graph of a function. Linear in the size of the function. */
export function buildCfg(fn: CFunction): Cfg {
  return new CfgBuilder().run(fn);
}
