/**
 * What a database says when its surroundings fail it, in words for whoever has to mend them. Anything else (a broken rule of
 * the schema, a faulty query) is our own fault and stays as it is.
 */
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";

/** `named` is what says where a database is: a variable, or a field of the configuration. */
type Words = readonly [code: string, exit: ExitCode, say: (where: string, named: string) => string];

const FULL: Words = [
  "store-full",
  EXIT.input,
  (where) => `there is no room left for the store ${where}: make room and run again; what was recorded is intact`,
];
const READ_ONLY: Words = [
  "store-read-only",
  EXIT.input,
  (where) => `the store ${where} cannot be written: give this user the right to write the file and its folder`,
];
const FIXED: Words = [
  "store-read-only",
  EXIT.input,
  (where) => `the store ${where} is on a disk that is mounted read-only: mount it for writing, or name another folder`,
];
/** What SQLite says where a file cannot be written: read-only, cannot be opened. */
const FOR_WRITING = new Set([8, 10, 14]);
const LOCKED: Words = [
  "store-locked",
  EXIT.input,
  (where) => `the store ${where} is held by another process: end that one, or run again later`,
];
const DAMAGED: Words = [
  "store-not-a-database",
  EXIT.input,
  (where) => `${where} is not a store, or is damaged: name another file, or put back a copy`,
];

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const SQLITE: Record<number, Words> = {
  5: LOCKED,
  6: LOCKED,
  8: READ_ONLY,
  10: ["store-io", EXIT.input, (where) => `the store ${where} cannot be read or written: the disk has a fault`],
  11: DAMAGED,
  13: FULL,
  14: [
    "store-cannot-open",
    EXIT.input,
    (where) =>
      `the store ${where} cannot be opened: its folder has to be there, and this user has to be able to write it`,
  ],
  26: DAMAGED,
};

/** SQLITE_IOERR_SHMSIZE: there is no room for the index of the write-ahead log. */
const SHM_SIZE = 4874;

const REFUSED: Words = [
  "store-refused",
  EXIT.input,
  (where, named) => `PostgreSQL at ${where} refuses this user or password: mend ${named}`,
];
const UNREACHABLE: Words = [
  "store-unreachable",
  EXIT.network,
  (where, named) =>
    `PostgreSQL at ${where} cannot be reached: see that it runs, and that ${named} names its host and port`,
];

/** SQLSTATE of PostgreSQL (its Appendix A), codes of Node's sockets beside them. */
const POSTGRES: Record<string, Words> = {
  "28P01": REFUSED,
  "28000": REFUSED,
  "42501": [
    "store-refused",
    EXIT.input,
    (where, named) => `the user of ${named} may not write to the database at ${where}`,
  ],
  "3D000": [
    "store-no-database",
    EXIT.input,
    (where, named) => `PostgreSQL has no database at ${where}: make it with createdb(1), or mend ${named}`,
  ],
  "53100": FULL,
  "53300": [
    "store-busy",
    EXIT.network,
    (where) => `PostgreSQL at ${where} takes no more connections: run fewer workers`,
  ],
  "25006": READ_ONLY,
  "57P01": UNREACHABLE,
  "57P02": UNREACHABLE,
  "57P03": UNREACHABLE,
};
for (const code of [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENOENT",
  "EPIPE",
])
  POSTGRES[code] = UNREACHABLE;

/** An error of SQLite as one for a person; others are given back as they are. `isFixed`: the disk is mounted read-only. */
export function sqliteError(error: unknown, file: string, isFixed = false): unknown {
  const code = sqliteCode(error);
  const words = code === SHM_SIZE ? FULL : SQLITE[code & 0xff];
  if (words === undefined) return error;
  return inWords(isFixed && FOR_WRITING.has(code & 0xff) ? FIXED : words, file, "", error);
}

/** An error of PostgreSQL or of the way to it as one for a person; others are given back as they are. */
export function postgresError(error: unknown, where: string, named: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const words = POSTGRES[code] ?? (/^08/.test(code) || isCutOff(error) ? UNREACHABLE : undefined);
  return words === undefined ? error : inWords(words, where, named, error);
}

/** The result code of SQLite; 0 when it is none of its errors. Opening tells it only in the text. */
export function sqliteCode(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  if ("rawCode" in error && typeof error.rawCode === "number") return error.rawCode;
  return Number(/^ConnectionFailed\(.*: (\d+)"?\)$/s.exec(error.message)?.[1] ?? 0);
}

/** node-postgres has no codes for a connection that ended or did not come about in time. */
function isCutOff(error: Error): boolean {
  return /^(?:Connection terminated|timeout e|Client has encountered a connection error)/.test(error.message);
}

function inWords([code, exit, say]: Words, where: string, named: string, cause: unknown): ReviewError {
  return new ReviewError(code, exit, say(where, named), { cause });
}
