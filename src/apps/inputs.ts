/** The messages of all inputs of a command line; what could not be read is kept until everything else is answered. */
import { EXIT, ReviewError } from "../errors.js";
import { inputBytes } from "../io/list-input.js";
import { readInputs } from "../io/read-input.js";
import type { Progress } from "../io/terminal.js";
import type { Message } from "../message/message.js";

export interface OpenedInputs {
  messages: AsyncIterable<Message>;
  /** The error that names the unreadable inputs, or null; known once the iteration has ended. */
  unreadable(): ReviewError | null;
}

/** Opens inputs lazily, with a progress bar over their bytes. */
export const openInputs = (inputs: readonly string[], progress: Progress): OpenedInputs => {
  let unreadable: ReviewError | null = null;
  async function* messages(): AsyncGenerator<Message> {
    const total = await inputBytes(inputs);
    let done = 0;
    const onBytes = (bytes: number): void => {
      done += bytes;
      progress.update(done / Math.max(total, done), "reading");
    };
    try {
      yield* readInputs(inputs, { onBytes });
    } catch (error) {
      if (!(error instanceof ReviewError)) throw error;
      unreadable = error;
    }
    progress.clear();
  }
  return { messages: messages(), unreadable: () => unreadable };
};

const isNone = ({ problems }: Message): boolean => problems.some(({ code }) => code === "not-mail");

/** Whether anything of a mail is among what was read: what is none, or empty, is read as a message without anything. */
export const holdsMail = (messages: readonly Message[]): boolean =>
  messages.some((message) => !isNone(message) && (message.headers.size > 0 || message.body.text.trim() !== ""));

/** What is said where no input holds a mail: a wrong file, or nothing on standard input, where whatever was to write there failed. */
export const noMail = (inputs: readonly string[]): ReviewError => {
  const names = inputs.map((input) => (input === "-" ? "standard input" : input)).join(", ");
  const code = inputs.some((input) => /\.[ch]$/.test(input))
    ? "; files of a tree are read with --tree DIR --scan PATH"
    : "";
  return new ReviewError("no-mail", EXIT.input, `${names} ${inputs.length > 1 ? "hold" : "holds"} no mail${code}`);
};
