/**
 * What an analysis may cost, counted in entries of path states that are copied or joined: the same on every machine, whatever
 * else it does. Some seven millions of them are two seconds of a processor of 2024.
 */
import type { CFunction } from "../source/ast.js";

/**
 * For one function. Of 35,101 functions of Linux 6.12 (virt, arch/x86/kvm, fs/ext4, fs/btrfs, net/core, net/ipv4, block, kernel,
 * mm) it is too little for one; what a stranger made to be endless is not concluded from.
 */
export const FUNCTION_COST = 8_000_000;

/** For all functions together that one patch brings. */
const PATCH_COST = 10_000_000;

/**
 * Shares out what a patch may cost among the functions that it brings, by the length of their text; none gets more than a
 * function may. The shares depend on the functions alone, not on what is asked first.
 */
export function shareCost(brought: readonly CFunction[]): Map<CFunction, number> {
  const length = ({ at, end }: CFunction): number => Math.max(1, end - at);
  const each = PATCH_COST / brought.reduce((sum, fn) => sum + length(fn), 1);
  return new Map(brought.map((fn) => [fn, Math.min(FUNCTION_COST, Math.ceil(each * length(fn)))]));
}
