/**
 * Mails as one mboxrd, the form that public-inbox serves and `git mailsplit --mboxrd` reads: a `From ` line before
 * each mail, `>` before each body line that looks like one (however many `>` it has already), a blank line after.
 */

/** The line public-inbox puts before a mail; the date says that it is no delivery time. */
const FROM_LINE = "From mboxrd@z Thu Jan  1 00:00:00 1970";

const isFromLike = (line: string): boolean => {
  let at = 0;
  while (line[at] === ">") at += 1;
  return line.startsWith("From ", at);
};

/** One mboxrd of mails given as RFC 5322 text with LF line ends. */
export const toMboxrd = (mails: readonly string[]): string =>
  mails
    .map((mail) => {
      const lines = mail.replace(/\n+$/, "").split("\n");
      return `${FROM_LINE}\n${lines.map((line) => (isFromLike(line) ? `>${line}` : line)).join("\n")}\n\n`;
    })
    .join("");
