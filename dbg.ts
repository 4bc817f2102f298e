import { readFileSync } from "node:fs";
import { programOf, rules } from "./test/engine.js";
import { evaluateRules } from "./src/rules/evaluate.js";
const text = readFileSync(process.argv[2]!, "utf8");
const p = programOf({ [process.argv[3] ?? "arch/arm64/kvm/x.c"]: text });
for (const f of p.functions) {
  for (const e of p.facts(f).events) {
    const x: any = e;
    console.log(f.fn.name, f.file.lineAt(e.at), e.kind, x.place?.show ?? x.name ?? x.lock?.show ?? "", "held=" + e.held.map((h) => h.lock.key), "unsure=" + [...e.unsure], "facts=" + e.facts.map((t) => `${t.dep.place.show}@${t.dep.at}:${t.truth}:${[...t.dep.released.keys()]}`).join(" "));
  }
}
for (const o of evaluateRules(p, rules.rules).outcomes) console.log("OUT", o.rule.id, o.severity, o.anchor.function, o.anchor.line, o.detail.kind, o.weak ? "weak" : "");
