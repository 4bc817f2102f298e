/** `review letters`: mails and series that were given up, why, and taking one off the list. */
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { loadConfig } from "../io/config/load-config.js";
import { dropLetters } from "../io/store/found.js";
import { writeOutput } from "../io/terminal.js";
import { visible } from "../report/visible.js";
import { counted } from "../report/wording.js";
import type { DeadLetter } from "../watch/records.js";
import { openBeside } from "./watch/place.js";

export interface LettersOptions {
  config: string;
  drop?: string;
}

/** Lists dead letters, or drops one; exit 4 when the one to drop is not there. */
export async function runLetters({ config, drop }: LettersOptions): Promise<ExitCode> {
  const { store, close } = await openBeside(await loadConfig(config));
  try {
    if (drop === undefined) await writeOutput(lettersText(await store.deadLetters()));
    else if ((await dropLetters(store.sql, drop)).length === 0)
      throw new ReviewError("no-letter", EXIT.input, `no dead letter ${drop}; review letters lists their keys`);
  } finally {
    await close();
  }
  return EXIT.nothing;
}

function lettersText(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return "no dead letters\n";
  const lines = letters.flatMap(({ kind, key, reason, attempts }) => [
    `${kind}  ${key}`,
    `    ${reason} (tried ${attempts === 1 ? "once" : `${attempts} times`})`,
  ]);
  lines.push(`${counted(letters.length, "dead letter")}; review watch --retry takes them up again`);
  return `${lines.map(visible).join("\n")}\n`;
}
