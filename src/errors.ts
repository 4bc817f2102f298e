/**
 * How things go wrong here. Odd mail and odd patches are never exceptions: they become a {@link Problem} beside the
 * data that could be read. Exceptions are kept for what stops the work: bad usage, bad rules, unreadable input, network.
 */

/** Something odd about an input, as data: `code` is a stable kebab-case word, `message` one sentence for a person. */
export interface Problem {
  code: string;
  message: string;
}

/** Exit codes of the command line, as the report contract promises them. */
export const EXIT = {
  nothing: 0,
  findings: 1,
  usage: 2,
  config: 3,
  input: 4,
  network: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error that ends the run: `exit` is what the process ends with, `problems` every fault found at once. */
export class ReviewError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly problems: readonly Problem[];

  constructor(code: string, exit: ExitCode, message: string, options: { problems?: Problem[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ReviewError";
    this.code = code;
    this.exit = exit;
    this.problems = options.problems ?? [];
  }
}
