/** Cursors of archives: JSON that a source wrote earlier, read back with suspicion. */
import { SourceError } from "../../watch/source.js";

/** The object that a cursor holds, or null for the start. @throws SourceError bad-cursor */
export function parseCursor(cursor: string | null): Record<string, unknown> | null {
  if (cursor === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(cursor);
  } catch (error) {
    throw badCursor("it is no JSON", error);
  }
  if (!isRecord(value)) throw badCursor("it is no object");
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number of a cursor, not below zero. @throws SourceError bad-cursor */
export function countOf(record: Record<string, unknown>, key: string): number {
  const value = record[key];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw badCursor(`${key} is no number`);
  return value;
}

/** A string of a cursor. @throws SourceError bad-cursor */
export function textOf(record: Record<string, unknown>, key: string): string {
  const value = record[key];
  if (typeof value !== "string") throw badCursor(`${key} is no text`);
  return value;
}

export function badCursor(why: string, cause?: unknown): SourceError {
  return new SourceError("bad-cursor", `the cursor is not one that this archive wrote: ${why}`, null, { cause });
}
