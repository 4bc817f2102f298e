/**
 * Completion of words in a shell, by @bomb.sh/tab: `review completion SHELL` prints a script, which calls
 * `review complete -- WORDS` on each TAB. That library always answers "no file names"; they are given here as words.
 */
import { Argument, type Option, type RootCommand } from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { fileWords } from "../io/file-words.js";

type Complete = (value: string, description: string) => void;

/** Options whose value is a folder. */
const FOLDER_OPTIONS = ["tree", "rules", "cache"];

const nameFiles = (word: string, foldersOnly: boolean) => (complete: Complete) => {
  for (const name of fileWords(word, foldersOnly)) complete(name, "");
};

const completeFolders = (option: Option | undefined, word: string): void => {
  if (option !== undefined) option.handler = nameFiles(word, true);
};

/** Adds the two commands. `word` is the one that TAB was pressed in: the last of the command line. */
export const addCompletion = (program: Command, word: string): void => {
  const root: RootCommand = tab(program, { completionCommandName: "completion" });
  for (const command of [root, root.commands.get("thread")])
    for (const name of FOLDER_OPTIONS) completeFolders(command?.options.get(name), word);
  for (const name of ["watch", "findings", "findings show", "letters", "serve"]) {
    const config = root.commands.get(name)?.options.get("config");
    if (config !== undefined) config.handler = nameFiles(word, false);
  }
  for (const command of [root, root.commands.get("parse")]) {
    command?.arguments.set("input", new Argument(command, "input", nameFiles(word, false), true));
  }
};
