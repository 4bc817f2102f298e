/** The folder of a new rule, made of an author's answers: rule, models where the object is new, page, and cases to be filled in. */
import { stringify } from "yaml";
import { type CaseText, caseTexts } from "./new-cases.js";
import type { RuleAnswers } from "./rule-answers.js";
import { FILL_IN } from "./rule-folder.js";

const modelOf = ({ object, struct, base }: RuleAnswers): Record<string, unknown> => {
  const [baseStruct = "", field = ""] = base.split(":");
  return {
    objects: [
      {
        name: object,
        label: object.replace(/-/g, " "),
        struct,
        shared: true,
        ...(base === "" ? {} : { base: { struct: baseStruct, field } }),
      },
    ],
  };
};

const ruleOf = (a: RuleAnswers): Record<string, unknown> => ({
  id: a.id,
  kind: a.kind,
  title: a.title === "" ? `${FILL_IN}: what it finds, in one line` : a.title,
  stage: "nursery",
  scope: { paths: [...a.paths], context: ["$dir/*.[ch]"] },
  object: a.object,
  state: { label: a.fields[0]?.split(".").at(-1) ?? "state", fields: [...a.fields] },
  ...(a.lock === "" ? {} : { guards: [{ lock: a.lock }] }),
  serialise: {
    what: a.lock === "" ? `${FILL_IN}: the lock to propose` : `one critical section of ${a.lock.replace(/^.*->/, "")}`,
  },
  cites:
    a.cites.length === 0 ? [`${FILL_IN}: the commit that fixed it, or the kernel document that says so`] : [...a.cites],
});

const pageOf = ({ id, cites }: RuleAnswers): string => `# ${id}

${FILL_IN}: what the state is for, who touches it, and which lock keeps them apart. The rule finds

- ${FILL_IN}: what is wrong, as a reviewer would say it.

Not this rule's matter: ${FILL_IN}: what looks alike and is sound, and why.

Seen in Linux: ${cites.length === 0 ? FILL_IN : `${cites.join(", ")} (${FILL_IN}: its subject, and what went wrong)`}.
`;

const yamlText = (data: unknown): string => stringify(data, { lineWidth: 110 });

/** The files of a new rule by their paths below the rules folder. */
export function newRuleFiles(answers: RuleAnswers): Map<string, string> {
  const { id, struct } = answers;
  const head = `# Fields and what they mean: review rules show ${id}\n`;
  const source = `# ${FILL_IN}: the header that this is taken from, and its kernel version.\n`;
  return new Map([
    [`${id}/rule.yaml`, `${head}${yamlText(ruleOf(answers))}`],
    ...(struct === "" ? [] : [[`${id}/models.yaml`, `${source}${yamlText(modelOf(answers))}`] as [string, string]]),
    [`${id}/README.md`, pageOf(answers)],
    ...caseTexts(answers).map(({ file, text }: CaseText): [string, string] => [`${id}/cases/${file}`, text]),
  ]);
}
