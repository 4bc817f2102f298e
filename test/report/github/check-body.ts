/** What holds of every body that we post, whatever stands in the pull request. */
import { expect } from "vitest";
import { readMarks } from "../../../src/report/github/marks.js";
import { liveTexts, pageOf } from "./render.js";

const TAGS =
  /^<(?:p|code(?: class="language-(?:suggestion|c)")?|pre|ul|li|table|thead|tbody|tr|th|td|br \/|sub|details|summary|h3|strong|blockquote|a href="https?:\/\/[^"]*")>$/;

/** What holds of every body that is markdown. */
export const checkBody = (body: string): void => {
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000);
  const page = pageOf(body);
  for (const tag of page.tags) expect(tag).toMatch(TAGS);
  expect(liveTexts(page)).toEqual([]);
  for (const comment of page.comments) expect(comment).toMatch(/^<!-- patchwitness:[a-z]+ [0-9a-f ]+ -->$/);
  expect(page.comments.length).toBe(readMarks(body).length);
  expect(body).not.toMatch(/pw-bot:|#syz|[\u202a-\u202e\u2066-\u2069\0\r]/i);
  for (const line of body.split("\n")) expect(line).not.toMatch(/^\s*\/[a-z]/i);
};
