/** `review parse`: every message of the inputs as one JSON object a line, in input order, broken ones too. */
import { EXIT, type ExitCode } from "../errors.js";
import { makeProgress, remark, writeOutput } from "../io/terminal.js";
import type { Message } from "../message/message.js";
import { parseRecord } from "../patch/parse-record.js";
import { readPatches } from "../patch/read-patch.js";
import type { SeriesInput } from "../thread/series.js";
import { seriesRecords } from "../thread/series-record.js";
import { openInputs } from "./inputs.js";
import { reportError } from "./report-error.js";

export interface ParseOptions {
  diff?: boolean;
  series?: boolean;
  quiet?: boolean;
}

/** Lines are written in batches of about this many characters: one system call a line would cost more than the parse. */
const BATCH = 1 << 16;

/** Collects lines and writes them in batches, waiting where the reader is slow, so that memory stays bounded. */
const lineWriter = (): { line: (value: unknown) => Promise<void>; end: () => Promise<void> } => {
  let pending = "";
  const end = async (): Promise<void> => {
    const text = pending;
    pending = "";
    await writeOutput(text);
  };
  return {
    line: async (value) => {
      pending += `${JSON.stringify(value)}\n`;
      if (pending.length >= BATCH) await end();
    },
    end,
  };
};

/** b4 writes its change-id near the end of a body; of an archive's bodies no more than that is kept. Characters. */
const BODY_TAIL = 4096;

/** What the series need of a message; the tail is copied, because a slice would keep the whole body in memory. */
const seriesInput = (message: Message): SeriesInput => {
  const { patch, author } = readPatches(message);
  const text = Buffer.from(message.body.text.slice(-BODY_TAIL)).toString();
  return { message: { ...message, body: { ...message.body, text } }, hasDiff: patch !== null, author };
};

/** Runs the command; answers the exit code. */
export const runParse = async (inputs: readonly string[], options: ParseOptions): Promise<ExitCode> => {
  const opened = openInputs(inputs, makeProgress(options.quiet !== true));
  const writer = lineWriter();
  const mails: SeriesInput[] = [];
  for await (const message of opened.messages) {
    if (options.series === true) mails.push(seriesInput(message));
    else await writer.line(parseRecord(message, { diff: options.diff === true }));
  }
  for (const record of seriesRecords(mails)) await writer.line(record);
  await writer.end();
  const unreadable = opened.unreadable();
  return unreadable === null ? EXIT.nothing : reportError(unreadable, remark);
};
