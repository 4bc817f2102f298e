/** The standard streams: writing that waits and survives a closed pipe, colours, and a progress bar. */

/** What may be asked of an environment; process.env is one. */
type Environment = Readonly<Record<string, string | undefined>>;

/** True when colours are wanted on a stream: a terminal, and not switched off (https://no-color.org). */
export const wantsColour = (isTerminal: boolean, env: Environment): boolean => {
  if ((env.NO_COLOR ?? "") !== "") return false;
  if ((env.FORCE_COLOR ?? "") !== "") return env.FORCE_COLOR !== "0";
  return isTerminal && env.TERM !== "dumb";
};

/** Columns to fill on standard output; 80 in a pipe, so that a pipe's text does not depend on a window. */
export const outputWidth = (): number =>
  process.stdout.isTTY ? Math.max(40, Math.min(100, process.stdout.columns || 80)) : 80;

/** Ends the process quietly when the reader of standard output goes away (`review … | head`). */
export const endOnClosedPipe = (): void => {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
};

/** Writes to standard output and waits until it is taken, so that a big report is whole before the process ends. */
export const writeOutput = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (text === "") resolve();
    else process.stdout.write(text, () => resolve());
  });

/** A remark for the person who started the program; standard error, one line each. */
export const remark = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Work shorter than this shows no bar; a bar is redrawn no more often than that. */
const QUIET_MS = 1000;
const REDRAW_MS = 100;
const BAR = 24;

/** The text of a bar: how much is done (0 to 1), in blocks and per cent, and what is under way; at most `width` columns. */
export const barText = (part: number, label: string, width: number): string => {
  const done = Math.min(1, Math.max(0, part));
  const filled = Math.round(done * BAR);
  const percent = String(Math.floor(done * 100)).padStart(3);
  const text = `[${"#".repeat(filled)}${"-".repeat(BAR - filled)}] ${percent} % ${label}`;
  return [...text].slice(0, Math.max(0, width)).join("");
};

export interface Progress {
  /** `part` is from 0 to 1; `label` is printed as it is. */
  update(part: number, label: string): void;
  clear(): void;
}

/** A bar on standard error, drawn only on a terminal and once the work has taken a second. */
export const makeProgress = (wanted: boolean): Progress => {
  const started = Date.now();
  let drawn = 0;
  if (!wanted || !process.stderr.isTTY) return { update: () => {}, clear: () => {} };
  return {
    update: (part, label) => {
      const now = Date.now();
      if (now - started < QUIET_MS || now - drawn < REDRAW_MS) return;
      drawn = now;
      process.stderr.write(`\r\u001b[K${barText(part, label, (process.stderr.columns || 80) - 1)}`);
    },
    clear: () => {
      if (drawn > 0) process.stderr.write("\r\u001b[K");
      drawn = 0;
    },
  };
};
