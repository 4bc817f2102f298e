/** Sentences on what was left out. */

export const count = (n: number): string => n.toLocaleString("en-US");

/** "3 of 3,000 files were not read: <why>." @param why of one, and of several */
export function notRead(n: number, of: number | null, [one, several]: readonly [string, string]): string {
  const files = (of ?? n) === 1 ? "file" : "files";
  const amount = of === null ? count(n) : `${count(n)} of ${count(of)}`;
  return `${amount} ${files} ${n === 1 ? "was" : "were"} not read: ${n === 1 ? one : several}.`;
}
