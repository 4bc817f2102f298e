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

/** Whether anything of a mail is among what was read: an input that is empty is read as a message without anything. */
export const holdsMail = (messages: readonly Message[]): boolean =>
  messages.some(({ headers, body }) => headers.size > 0 || body.text.trim() !== "");

/** What is said where nothing came on standard input: whatever was to write there has failed. */
export const noMail = (): ReviewError => new ReviewError("no-mail", EXIT.input, "standard input holds no mail");
