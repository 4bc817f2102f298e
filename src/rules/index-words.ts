/** All words by which rules look functions up (fact-index.ts): made of the facts of one function, by itself. */
import type { WordsOf } from "../analysis/fact-index.js";
import { evidenceWords } from "../analysis/guard-evidence.js";
import type { Program } from "../analysis/program.js";
import { globs } from "./glob.js";
import { lockWords } from "./lock-use.js";
import { modelWords, ruleWords } from "./object-words.js";
import { orderWord } from "./order-words.js";
import type { ObjectRule, Rule } from "./rule-schema.js";

const isObjectRule = (rule: Rule): rule is ObjectRule => "object" in rule;

/** Makes the words of a program's functions for rules. */
export function wordsFor(program: Program, rules: readonly Rule[]): WordsOf {
  const { models } = program;
  const objectRules = rules.filter(isObjectRule).flatMap((rule) => {
    const model = models.objects.find((o) => o.name === rule.object);
    return model === undefined ? [] : [{ rule, model, inScope: globs(rule.scope.paths) }];
  });
  const hasOrders = rules.some((rule) => rule.kind === "lock-order");
  return function* (f) {
    const facts = program.facts(f);
    yield* evidenceWords(f, facts);
    yield* lockWords(f, facts, models);
    if (hasOrders) yield orderWord(f, facts, models);
    const own = objectRules.filter(({ inScope }) => inScope(f.file.path));
    for (const model of new Set(own.map((o) => o.model))) yield* modelWords(facts, model, models);
    for (const { rule, model } of own) yield* ruleWords(f, facts, rule, model, models);
  };
}
