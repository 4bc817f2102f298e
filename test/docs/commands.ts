/** The commands as they tell of themselves: what stands in the help of the built program. */
import { runCli } from "../apps/run-cli.js";

/** Long options by the words of a command; "" is the program itself. */
export type Commands = Map<string, Set<string>>;

/** Asks every command for its help, and those below it. */
export function commandsOfHelp(): Commands {
  const found: Commands = new Map();
  const ask = (words: string[]): void => {
    // The program that makes the scripts answers for itself, in words of its own.
    const help = words[0] === "completion" ? "" : runCli([...words, "--help"]).out;
    const options = [...help.matchAll(/^ {2}(?:-\w, | {4})?(--[\w-]+)/gm)].map(([, option]) => option ?? "");
    found.set(words.join(" "), new Set(options));
    const list = help.split(/^Commands:\n/m)[1]?.split(/^\S/m)[0] ?? "";
    for (const [, name] of list.matchAll(/^ {2}(\w[\w-]*)/gm)) if (name && name !== "help") ask([...words, name]);
  };
  ask([]);
  return found;
}
