/**
 * `review b4-check`: what `b4 review` runs for each patch. Whatever was found, the answer is JSON and the exit code 0; a
 * code other than 0 without output is what b4 shows as a failure of the check itself.
 */
import { EXIT, type ExitCode } from "../errors.js";
import { loadParser } from "../io/load-rules.js";
import { readInputs } from "../io/read-input.js";
import { writeOutput } from "../io/terminal.js";
import type { Message } from "../message/message.js";
import { b4Results, renderB4Results } from "../report/b4-check.js";
import { holdsMail, noMail } from "./inputs.js";
import { openTools, reviewAll, startStats, type ToolOptions } from "./review-command.js";

/** Runs the command on standard input; answers the exit code. @throws ReviewError when nothing can be checked */
export const runB4Check = async (options: ToolOptions, version: string): Promise<ExitCode> => {
  const quiet = { ...options, quiet: true };
  const parser = loadParser();
  parser.catch(() => {});
  const tools = await openTools(quiet, version);
  const messages: Message[] = [];
  for await (const message of readInputs(["-"])) messages.push(message);
  if (!holdsMail(messages)) {
    await tools.tree?.close();
    throw noMail(["-"]);
  }
  const result = await reviewAll(messages, tools, await parser, quiet, startStats());
  await writeOutput(renderB4Results(b4Results(result, tools.tree?.label ?? null)));
  return EXIT.nothing;
};
