/**
 * What a test or a store says of a flag, a bit, or a mode word: that it is, or is not, some constant. A plain flag is said to
 * be, or not to be, zero; so `if (busy)`, `if (!open)` and `if (phase == SUSPENDING)` are one kind of gate.
 */
import { isNamedConstant, truthOf } from "../analysis/conditions.js";
import type { AccessEvent } from "../analysis/events.js";
import type { Fact } from "../analysis/state.js";

export interface Claim {
  /** Whether it is the value, or anything but that. */
  equal: boolean;
  /** Text of the constant; "0" for all that is zero. */
  value: string;
}

const ZERO = "0";
/** What is stored is a pointer to something. */
const OBJECT = "&";
const isName = (value: string): boolean => /^[A-Za-z_]/.test(value);

/** What holds where a check is in force. */
export function claimOf({ dep, truth }: Fact): Claim {
  if (dep.against === undefined) return { equal: !truth, value: ZERO };
  return { equal: truth !== (dep.unlike === true), value: dep.against };
}

export const opposite = ({ equal, value }: Claim): Claim => ({ equal: !equal, value });

export const sameClaim = (a: Claim, b: Claim): boolean => a.equal === b.equal && a.value === b.value;

/** Whether a store makes a claim true or false; null when that is not known: of a name it is not known whether it is zero. */
export function makesTrue(event: AccessEvent, { equal, value }: Claim): boolean | null {
  if (event.step > 0) return value === ZERO ? !equal : null;
  const stored = storedText(event);
  if (stored === null || (stored !== value && isName(stored) !== isName(value))) return null;
  return (stored === value) === equal;
}

/** True for a store of zero, whatever it is stored to. */
export const storesZero = (event: AccessEvent): boolean => event.step === 0 && storedText(event) === ZERO;

function storedText({ value, stored }: AccessEvent): string | null {
  if (stored === "zero" || truthOf(value) === "zero") return ZERO;
  if (value?.kind === "constant") return value.name;
  // Who stores a pointer that it was given marks a thing as its own, or as that of whom it stands for.
  if (value?.kind === "param" && value.type?.pointers === 1) return OBJECT;
  return value !== null && isNamedConstant(value) ? value.name : null;
}
