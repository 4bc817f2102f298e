/** What an author of a rule is asked, in order: each question is an option of `review rules new` too. */
import { LOCK_KINDS, NEW_KINDS } from "../../rules/rule-answers.js";

export interface Question {
  name: "id" | "kind" | "paths" | "object" | "struct" | "base" | "fields" | "lock" | "lockKind" | "title" | "cites";
  /** The option's name without dashes; the id is an argument. */
  option: string;
  text: string;
  hint: string;
  /** What an answer looks like, and how that is said. */
  form: RegExp;
  expected: string;
  /** Several answers, with commas. */
  many?: boolean;
  optional?: boolean;
  /** Taken where nothing is answered. */
  preset?: string;
  /** Asked only then. */
  when?: (answers: Readonly<Partial<Record<Question["name"], string>>>) => boolean;
}

const choice = (names: readonly string[]): Pick<Question, "form" | "expected"> => ({
  form: new RegExp(`^(?:${names.join("|")})$`),
  expected: `one of ${names.join(", ")}`,
});

const WORD = /^[A-Za-z_]\w*$/;

export const QUESTIONS: readonly Question[] = [
  {
    name: "id",
    option: "id",
    text: "Id of the rule",
    hint: "subsystem/what, as in net/packet-bind-lock",
    form: /^[a-z0-9-]+\/[a-z0-9-]+$/,
    expected: "area/name in small letters, digits and dashes",
  },
  {
    name: "kind",
    option: "kind",
    text: "Kind of fault",
    hint: "guarded-access: touched without its lock; check-then-act: looked at in one critical section, relied on in another; flag-protocol: a flag cleared under somebody's feet",
    ...choice(NEW_KINDS),
  },
  {
    name: "paths",
    option: "paths",
    text: "Files it speaks of",
    hint: "globs of the kernel tree, with commas: net/packet/**",
    form: /^[\w.*?{}[\]/-]+$/,
    expected: "a glob",
    many: true,
  },
  {
    name: "object",
    option: "object",
    text: "Name of the object",
    hint: "a model that is there (vcpu), or a new name: packet-socket",
    form: /^[a-z][a-z0-9-]*$/,
    expected: "small letters, digits and dashes",
  },
  {
    name: "struct",
    option: "struct",
    text: "Its struct",
    hint: "for a new object: packet_sock, without the word struct; nothing for a model that is there",
    form: WORD,
    expected: "the name of a struct",
    optional: true,
  },
  {
    name: "base",
    option: "base",
    text: "A struct in it by which it is known too",
    hint: "STRUCT:FIELD, as in sock:sk, when functions are given that one; nothing otherwise",
    form: /^[A-Za-z_]\w*:[A-Za-z_]\w*$/,
    expected: "STRUCT:FIELD",
    optional: true,
    when: (a) => (a.struct ?? "") !== "",
  },
  {
    name: "fields",
    option: "fields",
    text: "Fields that are guarded, or the flag",
    hint: "paths from the object, with commas: num,prot_hook.type; a bit as flags{NAME}",
    form: /^[A-Za-z_][\w.]*(?:\{\w+\})?$/,
    expected: "a path of fields",
    many: true,
  },
  {
    name: "lock",
    option: "lock",
    text: "The lock that guards them",
    hint: "from the object: $object->bind_lock; nothing for a flag that has none",
    form: /^(?:\$object|\$container)->[A-Za-z_][\w.>-]*$/,
    expected: "$object->field or $container->field",
    optional: true,
  },
  {
    name: "lockKind",
    option: "lock-kind",
    text: "What kind of lock that is",
    hint: "for the cases: spinlock, mutex or rwsem",
    ...choice(LOCK_KINDS),
    preset: "spinlock",
    when: (a) => (a.lock ?? "") !== "",
  },
  {
    name: "title",
    option: "title",
    text: "What it finds, in one line",
    hint: "as the head of a review: What a packet socket is bound to is changed without its bind_lock",
    form: /\S/,
    expected: "a sentence",
    optional: true,
  },
  {
    name: "cites",
    option: "cites",
    text: "The commit that fixed it, or the document that says so",
    hint: "with commas: 008ba2a13f2d",
    form: /\S/,
    expected: "a commit or a path",
    many: true,
    optional: true,
  },
];
