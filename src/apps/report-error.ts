/** What ends a run, said in lines that a person can act on. */
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { withoutPasswords } from "../report/secrets.js";
import { visible } from "../report/visible.js";

const shown = (text: string): string => visible(withoutPasswords(text));

/** Says what went wrong, every problem of it on a line of its own, and answers the exit code. */
export const reportError = (error: unknown, say: (line: string) => void): ExitCode => {
  if (error instanceof ReviewError) {
    error.message.split("\n").forEach((line, i) => {
      say(i === 0 ? `review: ${shown(line)}` : shown(line));
    });
    for (const { code, message } of error.problems) {
      if (!error.message.includes(message)) say(`  ${visible(code)}: ${shown(message)}`);
    }
    return error.exit;
  }
  // A fault of the program itself: its stack is what a bug report needs.
  say(`review: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.input;
};
