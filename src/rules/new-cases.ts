/** Cases of a new rule: a fault and its sound form in their plainest shape, to be replaced by what the kernel had. */
import type { LockKind, RuleAnswers } from "./rule-answers.js";
import { FILL_IN } from "./rule-folder.js";

export interface CaseText {
  file: string;
  text: string;
}

const CALLS: Readonly<Record<LockKind, readonly [take: string, give: string]>> = {
  spinlock: ["spin_lock", "spin_unlock"],
  mutex: ["mutex_lock", "mutex_unlock"],
  rwsem: ["down_write", "up_write"],
};

interface Words {
  id: string;
  struct: string;
  /** "x->state". */
  place: string;
  take: string;
  give: string;
}

function wordsOf({ id, struct, known, object, fields, lock, lockKind }: RuleAnswers): Words {
  const [take, give] = CALLS[lockKind];
  const path = lock.replace(/^\$object->/, "x->").replace(/^\$container->/, "x->container->");
  const call = (name: string): string =>
    path === "" ? `/* ${FILL_IN}: what keeps the others away */` : `${name}(&${path});`;
  return {
    id,
    struct: struct || known || object,
    place: `x->${fields[0] ?? "state"}`,
    take: call(take),
    give: call(give),
  };
}

const todo = (what: string): string => `/* ${FILL_IN}: ${what} */\n\n`;

const FAULT = "the fault as the kernel had it, in your own words and code; then take this line out";
const SOUND = "the form after the fix; then take this line out";

const guarded = ({ id, struct, place, take, give }: Words): CaseText[] => [
  {
    file: "faulty.c",
    text: `${todo(FAULT)}static void change(struct ${struct} *x, int value)\n{\n\t/* ruleid: ${id} */\n\t${place} = value;\n}\n`,
  },
  {
    file: "sound.c",
    text: `${todo(SOUND)}static void change(struct ${struct} *x, int value)\n{\n\t${take}\n\t/* ok: ${id} */\n\t${place} = value;\n\t${give}\n}\n`,
  },
];

const checked = ({ id, struct, place, take, give }: Words): CaseText[] => [
  {
    file: "faulty.c",
    text: `${todo(FAULT)}static void take(struct ${struct} *x)\n{\n\t/* ruleid: ${id} */\n\tif (!${place})\n\t\treturn;\n\t${take}\n\t${place} = 0;\n\t${give}\n}\n`,
  },
  {
    file: "sound.c",
    text: `${todo(SOUND)}static void take(struct ${struct} *x)\n{\n\t${take}\n\t/* ok: ${id} */\n\tif (${place})\n\t\t${place} = 0;\n\t${give}\n}\n`,
  },
];

/** A flag by name is a bit: `flags{STOPPED}` is set by set_bit(STOPPED, &x->flags). */
function marks(place: string): { set: string; clear: string; test: string } {
  const bit = /^(.*)\{(.*)\}$/.exec(place);
  if (bit === null) return { set: `${place} = true`, clear: `${place} = false`, test: place };
  const [, word, name] = bit;
  const call = (f: string): string => `${f}(${name}, &${word})`;
  return { set: call("set_bit"), clear: call("clear_bit"), test: call("test_bit") };
}

const user = (name: string, struct: string, more: readonly [string, string] | null): string =>
  `static void ${name}(struct ${struct} *x)\n{\n${more === null ? "" : `\t${more[0]}\n`}\tstop(x);\n\twork(x);\n\tstart(x);\n${more === null ? "" : `\t${more[1]}\n`}}\n`;

function flagged({ id, struct, place, take, give }: Words): CaseText[] {
  const { set, clear, test } = marks(place);
  const body = (mark: string): string =>
    `void stop(struct ${struct} *x)\n{\n\t${set};\n}\n\nvoid start(struct ${struct} *x)\n{\n\t/* ${mark}: ${id} */\n\t${clear};\n}\n\n` +
    `static int act(struct ${struct} *x)\n{\n\tif (${test})\n\t\treturn -EBUSY;\n\treturn work(x);\n}\n\n`;
  const users = (more: readonly [string, string] | null): string =>
    `${user("one", struct, more)}\n${user("other", struct, more)}`;
  return [
    { file: "faulty.c", text: `${todo(FAULT)}${body("ruleid")}${users(null)}` },
    { file: "sound.c", text: `${todo(SOUND)}${body("ok")}${users([take, give])}` },
  ];
}

/** The cases of a new rule. */
export function caseTexts(answers: RuleAnswers): CaseText[] {
  const words = wordsOf(answers);
  switch (answers.kind) {
    case "guarded-access":
      return guarded(words);
    case "check-then-act":
      return checked(words);
    case "flag-protocol":
      return flagged(words);
  }
}
