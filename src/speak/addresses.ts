/** Addresses compared as people mean them: without case, against names, hosts and patterns. */
import { globMatch } from "./glob.js";

/** An address in the form in which it is compared. */
export const addressKey = (address: string): string => address.trim().toLowerCase();

/** True when one of `allowed` is the address, or "@host" of it. */
export function isAmong(address: string, allowed: readonly string[]): boolean {
  const key = addressKey(address);
  return allowed.some((one) => {
    const want = addressKey(one);
    return want.startsWith("@") ? key.endsWith(want) && key.indexOf("@") === key.length - want.length : key === want;
  });
}

/** True when an address fits one of some patterns, in which * stands for any characters. */
export const fitsPattern = (address: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => globMatch(pattern.toLowerCase(), addressKey(address)));
