/** Sound edits that change the text and nothing else: names, comments, braces, declarations, order. */
import type { SyntaxNode } from "../../../src/source/parse-c.js";
import { hashOf } from "../choice.js";
import { type FnSite, fieldOf, isList, nodesOf, statementsOf, textOf } from "../code.js";
import { before, behind, type Edit, indentOf, replace } from "../edit.js";
import { type Draft, draft, type Operator, perFunction } from "../operator.js";
import { hasLeave, identifiers, variablesOf } from "../shapes.js";

const sound = (name: string, what: string, propose: (fn: FnSite, seed: number) => Draft[]): Operator => ({
  name,
  kind: "sound",
  rules: [],
  what,
  // Where nothing is locked there is little to get wrong.
  drafts: perFunction((fn, scope) => (fn.locks.length > 0 || fn.conditional.size > 0 ? propose(fn, scope.seed) : [])),
});

const whole = (fn: FnSite, edits: Edit[]): Draft[] => (edits.length === 0 ? [] : [draft(fn, fn.body, edits)]);

/** Every place where the name stands for the variable. */
const renamed = (fn: FnSite, name: string, to: string): Edit[] =>
  nodesOf(fn.node).flatMap((n) => (n.type === "identifier" && textOf(fn, n) === name ? [replace(n, to)] : []));

const lists = (fn: FnSite): SyntaxNode[] => nodesOf(fn.body).filter(isList);
const behindDeclarations = (fn: FnSite): SyntaxNode[] =>
  lists(fn).flatMap((l) => statementsOf(l).filter((s) => s.type !== "declaration" && s.type !== "case_statement"));

/** `a->b = c;` without calls. */
function plainStore(fn: FnSite, stmt: SyntaxNode): { left: string; reads: string[] } | null {
  const assign = stmt.type === "expression_statement" ? stmt.children[0] : undefined;
  const left = assign?.type === "assignment_expression" ? fieldOf(assign, "left") : undefined;
  const right = assign && fieldOf(assign, "right");
  if (assign === undefined || left === undefined || right === undefined) return null;
  if (nodesOf(assign).some((n) => /call_expression|update_expression|assignment/.test(n.type) && n !== assign))
    return null;
  return { left: textOf(fn, left), reads: [textOf(fn, right), ...identifiers(fn, right)] };
}

function swaps(fn: FnSite): Draft[] {
  const out: Draft[] = [];
  for (const list of lists(fn)) {
    const all = statementsOf(list);
    all.forEach((a, i) => {
      const b = all[i + 1];
      const [x, y] = [plainStore(fn, a), b && plainStore(fn, b)];
      if (b === undefined || x === null || y === null || y === undefined || x.left === y.left) return;
      const uses = (reads: string[], left: string): boolean => reads.some((r) => r.includes(left) || left.includes(r));
      if (uses(x.reads, y.left) || uses(y.reads, x.left) || x.left.startsWith(y.left) || y.left.startsWith(x.left))
        return;
      if (/[*[]/.test(x.left + y.left)) return;
      out.push(draft(fn, a, [replace(a, textOf(fn, b)), replace(b, textOf(fn, a))]));
    });
  }
  return out.slice(0, 1);
}

/** The bare body of an if or of a loop. */
const bareBodies = (fn: FnSite): { owner: SyntaxNode; body: SyntaxNode }[] =>
  nodesOf(fn.body).flatMap((n) => {
    const field = n.type === "if_statement" ? "consequence" : /^(?:for|while)_statement$/.test(n.type) ? "body" : null;
    const body = field === null ? undefined : fieldOf(n, field);
    return body === undefined || body.type === "compound_statement" ? [] : [{ owner: n, body }];
  });

function addBraces(fn: FnSite): Draft[] {
  const edits = bareBodies(fn)
    .filter(({ body }) => /^(?:expression|return|goto|break|continue)_statement$/.test(body.type))
    .flatMap(({ owner, body }): Edit[] => {
      const indent = indentOf(fn, owner);
      const gap = fn.file.text.slice(0, body.start).trimEnd().length;
      if (/\/\*|\/\//.test(fn.file.text.slice(gap - 2, body.start))) return [];
      const otherwise = fieldOf(owner, "alternative");
      return [
        { start: gap, end: gap, text: " {" },
        otherwise === undefined
          ? { start: body.end, end: body.end, text: `\n${indent}}` }
          : { start: body.end, end: otherwise.start, text: `\n${indent}} ` },
      ];
    });
  return whole(fn, edits);
}

function dropBraces(fn: FnSite): Draft[] {
  const edits = nodesOf(fn.body).flatMap((n): Edit[] => {
    const body = n.type === "if_statement" && !fieldOf(n, "alternative") ? fieldOf(n, "consequence") : undefined;
    const inner = body?.type === "compound_statement" ? statementsOf(body) : [];
    const [only] = inner;
    if (
      body === undefined ||
      only === undefined ||
      inner.length !== 1 ||
      !/^(?:expression|return|goto)_/.test(only.type)
    )
      return [];
    if (/\/\*|\/\//.test(textOf(fn, body))) return [];
    if (fn.parents.get(n)?.type === "else_clause" || !isList(fn.parents.get(n))) return [];
    return [replace(body, `\n${indentOf(fn, n)}\t${textOf(fn, only)}`)];
  });
  return whole(fn, edits);
}

function invertIf(fn: FnSite): Draft[] {
  return nodesOf(fn.body).flatMap((n) => {
    const alternative = n.type === "if_statement" ? fieldOf(n, "alternative") : undefined;
    const [yes, no, test] = [fieldOf(n, "consequence"), alternative?.children[0], fieldOf(n, "condition")];
    if (yes?.type !== "compound_statement" || no?.type !== "compound_statement" || test === undefined) return [];
    return [
      draft(fn, n, [
        replace(test, `(!${textOf(fn, test)})`),
        replace(yes, textOf(fn, no)),
        replace(no, textOf(fn, yes)),
      ]),
    ];
  });
}

/** `if (a) return x; rest` -> the rest in an else. */
function elseAfterReturn(fn: FnSite): Draft[] {
  return statementsOf(fn.body).flatMap((n, i, all) => {
    const last = all.at(-1);
    const yes = n.type === "if_statement" && !fieldOf(n, "alternative") ? fieldOf(n, "consequence") : undefined;
    const rest = all.slice(i + 1);
    if (yes?.type !== "compound_statement" || last === undefined || rest.length === 0 || rest.length > 6) return [];
    if (statementsOf(yes).at(-1)?.type !== "return_statement") return [];
    if (nodesOf(fn.body).some((x) => x.type === "labeled_statement")) return [];
    const indent = indentOf(fn, n);
    const end: Edit = { start: last.end, end: last.end, text: `\n${indent}}` };
    return [draft(fn, n, [{ start: yes.end, end: yes.end, text: " else {" }, end])];
  });
}

function splitDeclarations(fn: FnSite): Draft[] {
  const edits = statementsOf(fn.body).flatMap((n): Edit[] => {
    const parts = n.children.filter((c) => c.field === "declarator");
    const [only] = parts;
    if (n.type !== "declaration" || parts.length !== 1 || only?.type !== "init_declarator") return [];
    const [name, value] = [fieldOf(only, "declarator"), fieldOf(only, "value")];
    if (name === undefined || value === undefined || value.type === "initializer_list") return [];
    if (/\b(?:const|static|register|__free)\b|\[/.test(textOf(fn, n))) return [];
    const head = fn.file.text.slice(n.start, name.end);
    const plain = textOf(fn, name).replace(/^[*\s]+/, "");
    return [replace(n, `${head};`), behind(fn, n, `${plain} = ${textOf(fn, value)};`)];
  });
  return whole(fn, edits);
}

export const soundText: readonly Operator[] = [
  sound("rename-locals", "every local gets another name", (fn) =>
    whole(
      fn,
      variablesOf(fn).flatMap((v) => (v.isParam ? [] : renamed(fn, v.name, `${v.name}_new`))),
    ),
  ),
  sound("rename-parameters", "every parameter gets another name", (fn) =>
    whole(
      fn,
      variablesOf(fn).flatMap((v) => (v.isParam ? renamed(fn, v.name, `the_${v.name}`) : [])),
    ),
  ),
  sound("comments-inserted", "a comment in front of every statement", (fn) =>
    whole(
      fn,
      behindDeclarations(fn).flatMap((s) => [before(fn, s, "/* unlock() and return come later: see { above */")]),
    ),
  ),
  sound("statements-swapped", "two independent stores change places", swaps),
  sound("braces-added", "bare bodies of if and loops get braces", addBraces),
  sound("braces-removed", "braces around single statements go", dropBraces),
  sound("branches-inverted", "`if (a) x else y` -> `if (!a) y else x`", invertIf),
  sound("else-after-return", "what follows a return goes into an else", elseAfterReturn),
  sound("declarations-split", "declaration and first value are two statements", splitDeclarations),
  sound("wrapped-in-do-while", "a statement is put into do { } while (0)", (fn) =>
    behindDeclarations(fn)
      .filter((s) => s.type === "expression_statement" && !hasLeave(s))
      .slice(0, 1 + (hashOf(fn.fn.name) % 3))
      .slice(-1)
      .flatMap((s) => [
        draft(fn, s, [replace(s, `do {\n${indentOf(fn, s)}\t${textOf(fn, s)}\n${indentOf(fn, s)}} while (0);`)]),
      ]),
  ),
];
