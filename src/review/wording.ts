/** What the words of all rule kinds have in common. */
import type { OutcomeSite } from "../rules/outcome.js";

/** What is said of an outcome: a question or a statement in one sentence, the reason, what to change. */
export interface Words {
  message: string;
  why: string;
  suggestion: string;
}

/** "f()" for a function's name. */
export const call = (name: string): string => `${name}()`;

/** The last name of a path of fields: what a sentence calls it. */
export const short = (field: string): string => field.split(".").at(-1) ?? field;

/** A lock given back, as a step: by a statement, or by the end of a guard's scope. */
export const givesBack = ({ statement }: OutcomeSite): string =>
  /^[}\s]*$/.test(statement) ? "leaves the scope of its lock" : statement;
