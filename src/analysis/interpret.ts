/**
 * The transfer function: what one step of a function does to a path state, and the events it makes on the way. What it is made of:
 * expressions (expression-interpreter.ts), calls, conditions, locks and the record of events, each a layer over the next.
 */
import type { Declarator, Expr, TypeRef } from "../source/ast.js";
import { CallInterpreter, isContainerOf } from "./call-interpreter.js";
import type { Step } from "./cfg.js";
import type { ObjectModel } from "./models.js";
import { signsOf } from "./signs.js";
import type { PathState } from "./state.js";
import type { Value } from "./value.js";

export class Interpreter extends CallInterpreter {
  /** Arguments of iteration macros that are variables of the loop, as "loop argument". */
  private readonly loopVariables = new Set<string>();

  step(s: PathState, step: Step): void {
    switch (step.kind) {
      case "eval":
        if (step.use === "branch") this.eval(s, step.expr);
        else this.statement(s, step.expr, step.use);
        return;
      case "decl":
        this.declare(s, step.declarator);
        return;
      case "next":
        this.nextElement(s, step.loop.id, step.loop.name, step.loop.args);
        return;
      case "done":
        for (const value of new Set(s.env.values())) {
          if (value.kind === "element" && value.index === step.loop.id) this.rebind(s, value);
        }
        return;
      case "guard":
        this.guard(s, step);
        return;
      case "release":
        for (const id of step.ids) this.releaseGuard(s, id, step.at);
        return;
      case "return": {
        const value = step.value === null ? null : this.quiet(() => this.evalAgain(s, step.value as Expr));
        const freed = [...s.freed.values()].filter((f) => f.callers).map((f) => f.lock);
        this.record(s, {
          kind: "return",
          at: step.at,
          freed,
          signs: value === null ? 0 : signsOf(s.known, value),
          value: (step.value === null ? null : this.pathReturned(s, step.value)) ?? value,
          deps: value === null ? [] : this.depsOf(s, value),
        });
        return;
      }
      case "leave":
        return;
    }
  }

  /** The path that a returned call stands for: `return to_dev(x);`; null when it stands for none. */
  protected pathReturned(s: PathState, expr: Expr): Value | null {
    if (expr.kind !== "call" || expr.callee.kind !== "id") return null;
    if (isContainerOf(expr.callee.name)) return this.quiet(() => this.containerOf(s, expr));
    const summary = this.ctx.models.locks.has(expr.callee.name) ? null : this.ctx.summaryOf(expr.callee.name);
    return (
      summary?.returnedPath(
        this,
        expr.args.map((a) => this.quiet(() => this.evalAgain(s, a))),
      ) ?? null
    );
  }

  protected statement(s: PathState, expr: Expr, use: "statement" | "returned"): void {
    const inner = expr.kind === "cast" ? expr.arg : expr;
    if (inner.kind === "call") this.call(s, inner, use);
    else this.eval(s, expr);
  }

  protected declare(s: PathState, d: Declarator): void {
    if (d.isStatic) return;
    const value = d.init === null || d.init.kind === "init" ? null : this.eval(s, d.init);
    if (d.init?.kind === "init") for (const entry of d.init.entries) this.eval(s, entry.value);
    this.bind(s, d.name, value === null ? this.values.local(d.name, d.type, d.at) : this.typed(value, d.type, d.name));
  }

  protected nextElement(s: PathState, loop: number, name: string, args: Expr[]): void {
    const found = this.iterator(name);
    const isVariable = (arg: Expr): boolean => {
      const kind = arg.kind === "id" ? s.env.get(arg.name)?.kind : undefined;
      return kind === "local" || kind === "element";
    };
    // queue_for_each_hw_ctx(q, hctx, i): the parameter is what is gone through, the variables are what goes.
    const hasVariable = args.some(isVariable);
    args.forEach((arg, i) => {
      if (arg.kind !== "id") return;
      const old = s.env.get(arg.name);
      if (found === null && (old?.kind === "param" || old?.kind === "container") && hasVariable) return;
      const isObject = found !== null && found.variable === i;
      const isFresh = found === null && (i === 0 || old?.kind === "local" || old?.kind === "element");
      // Once a loop's variable, always: it may have been found equal to another name meanwhile.
      if (!isObject && !isFresh && !this.loopVariables.has(`${loop} ${i}`)) return;
      this.loopVariables.add(`${loop} ${i}`);
      const type: TypeRef | null = isObject
        ? { name: found.model.struct, pointers: 1, tag: true }
        : (old?.type ?? null);
      const element = this.values.element(loop, arg.name, type);
      if (!this.ctx.oneContainer)
        element.within = this.containerIn(args.map((a) => this.quiet(() => this.place(s, a))));
      this.rebind(s, element);
      this.bind(s, arg.name, element);
    });
  }

  protected iterator(name: string): { model: ObjectModel; variable: number } | null {
    for (const model of this.ctx.models.objects) {
      const found = model.iterators.get(name);
      if (found !== undefined) return { model, variable: found.variable };
    }
    return null;
  }
}
