/** Who may come in: names and passwords against the configuration, and not too many guesses. */
import { passwordMatches } from "../../io/password.js";
import { Attempts } from "./attempts.js";
import type { Operator } from "./sessions.js";

/** Looks at a name and a password that came from an address. */
export type SignIn = (name: string, password: string, address: string) => Promise<Operator | "wrong" | "too-many">;

/** No password is longer; a name is cut to what can be one. */
const MAX_PASSWORD = 1024;
const MAX_NAME = 64;

/** Sign-in for these operators. */
export function signInFor(
  operators: readonly Operator[],
  now: () => Date,
  matches: typeof passwordMatches = passwordMatches,
): SignIn {
  const attempts = new Attempts();
  return async (name, password, address) => {
    const end = attempts.begin(name.slice(0, MAX_NAME + 1), address, now().getTime());
    if (end === null) return "too-many";
    const operator = operators.find((one) => one.name === name) ?? null;
    let well = false;
    try {
      well = await matches(password.slice(0, MAX_PASSWORD), operator?.password ?? null);
    } finally {
      end(well);
    }
    return well && operator !== null ? operator : "wrong";
  };
}
