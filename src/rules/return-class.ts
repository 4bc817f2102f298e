/** What a return tells the caller, as far as the kernel's habits say it: zero is success, a negative number a failure. */
import { isNamedConstant } from "../analysis/conditions.js";
import type { ReturnEvent } from "../analysis/events.js";
import { NEGATIVE, POSITIVE, ZERO } from "../analysis/signs.js";
import type { CFunction } from "../source/ast.js";

export type ReturnClass = "none" | "zero" | "errno" | "other" | "unknown";

/** The class of a return of a function. */
export function classOf(event: ReturnEvent, { returns }: CFunction): ReturnClass {
  if (event.value === null) return "none";
  // A constant with a name, such as VM_FAULT_LOCKED, says something that no other value does.
  if (isNamedConstant(event.value)) return "other";
  // `if (ret) return ret;`: a number that is not zero is an errno to most callers; a truth value or a pointer is not.
  const isNumber = returns.pointers === 0 && returns.name !== "bool";
  switch (event.signs) {
    case ZERO:
      return "zero";
    case NEGATIVE:
      return "errno";
    case POSITIVE:
      return "other";
    case NEGATIVE | POSITIVE:
      return isNumber ? "errno" : "other";
    case ZERO | POSITIVE:
      return isNumber ? "zero" : "unknown";
    default:
      return "unknown";
  }
}
