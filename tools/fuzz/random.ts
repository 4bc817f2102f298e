/** Chance that can be had again: the same seed gives the same inputs, on every machine. */

export interface Chance {
  /** A whole number from 0 to below `n`. */
  below(n: number): number;
  /** True once in `n` times. */
  once(n: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** By splitmix32 (public domain), of two numbers. */
export function chance(seed: number, index: number): Chance {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const below = (n: number): number => (n <= 1 ? 0 : next() % n);
  return {
    below,
    once: (n) => below(n) === 0,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
  };
}
