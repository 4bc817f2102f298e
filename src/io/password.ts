/** Passwords as a configuration keeps them: `scrypt$N$r$p$salt$hash`, from which nobody finds the password. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** 64 MiB and some 100 ms for each guess. */
const COST = { N: 65_536, r: 8, p: 1 };
const MAX_MEMORY = 160 * 1024 * 1024;
const BYTES = 32;

function derive(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, BYTES, { ...cost, maxmem: MAX_MEMORY }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** The hash of a password, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** What nobody's password hashes to: a name that is not known takes as long as one that is. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** Whether a password is that of a hash; never of none. */
export async function passwordMatches(password: string, hash: string | null): Promise<boolean> {
  const [, n, r, p, salt = "", key = ""] = (hash ?? NOBODY).split("$");
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), cost);
  const wanted = Buffer.from(key, "base64url");
  return derived.length === wanted.length && timingSafeEqual(derived, wanted) && hash !== null;
}
