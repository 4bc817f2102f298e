/** One look of a rule, as an account tells of it. */
import type { OutcomeDetail } from "../outcome.js";
import type { Silent } from "../silence.js";
import type { Whose } from "./account.js";

/** One thing that a rule looked at. */
export interface Look {
  line: number;
  what: "read" | "write" | "act" | "clear" | "mark" | "field";
  subject: string;
  whose: Whose;
  /** What came of it: nothing, and why; or an outcome of this kind. */
  result: Silent | { fired: OutcomeDetail["kind"] };
  /** How each of the rule's guards stands there. */
  guards: { label: string; standing: string; lock: string }[];
  /** Of a field: accesses in view under the lock that most of them hold, and without it. */
  counts?: { lock: string; under: number; bare: number };
}
