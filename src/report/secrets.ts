/** Passwords in URLs, which no output may hold. */

const IN_AUTHORITY = /([a-z][a-z0-9+.-]{0,20}:\/\/[^:/?#\s@]{0,300}:)[^/?#\s]{0,1000}@/gi;
const IN_QUERY = /([?&](?:ssl)?password=)[^&#\s]+/gi;

/** The text with *** in the place of passwords in its URLs. */
export const withoutPasswords = (text: string): string =>
  text.replace(IN_AUTHORITY, "$1***@").replace(IN_QUERY, "$1***");
