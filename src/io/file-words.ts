/** File names as completions of a word on a command line. */
import { readdirSync } from "node:fs";

/** More names than this are no help to a person, and a folder of a maildir can hold a hundred thousand. */
const MAX_NAMES = 500;

const entriesOf = (folder: string, foldersOnly: boolean): string[] => {
  try {
    return readdirSync(folder === "" ? "." : folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || !foldersOnly)
      .map((entry) => folder + entry.name + (entry.isDirectory() ? "/" : ""))
      .sort()
      .slice(0, MAX_NAMES);
  } catch {
    // A folder that is not there or may not be read has no completions.
    return [];
  }
};

/**
 * The files that `word` may become; folders end in `/`. Where only one folder is left its entries are given too, so
 * that the shell does not take the word for finished.
 */
export const fileWords = (word: string, foldersOnly: boolean): string[] => {
  const folder = word.slice(0, word.lastIndexOf("/") + 1);
  const base = word.slice(folder.length);
  const found = entriesOf(folder, foldersOnly).filter(
    (name) => name.startsWith(word) && (base !== "" || !name.slice(folder.length).startsWith(".")),
  );
  const [only] = found;
  return found.length === 1 && only?.endsWith("/") === true ? [only, ...entriesOf(only, foldersOnly)] : found;
};
