/** The messages of all inputs of a command line, one after the other; what cannot be read is told and passed over. */
import { readFile } from "node:fs/promises";
import { remark } from "../io/terminal.js";
import type { Message } from "../message/message.js";
import { parseMessage } from "../message/parse-message.js";
import { splitMbox } from "../message/split-mbox.js";
import { visible } from "../report/visible.js";

/** Messages in input order. `failed` counts the inputs that could not be read, once the iteration has ended. */
export interface InputMessages {
  messages: AsyncIterable<Message>;
  failed(): number;
}

/** Opens the inputs lazily: nothing is read before the iteration asks for it. */
export const openInputs = (inputs: readonly string[]): InputMessages => {
  let failed = 0;
  async function* messages(): AsyncGenerator<Message> {
    for (const input of inputs) {
      try {
        const bytes = await readFile(input);
        for (const mail of splitMbox(bytes)) yield await parseMessage(mail.bytes, mail.problems);
      } catch (error) {
        failed += 1;
        remark(
          `review: cannot read ${visible(input)}: ${visible(error instanceof Error ? error.message : String(error))}`,
        );
      }
    }
  }
  return { messages: messages(), failed: () => failed };
};
