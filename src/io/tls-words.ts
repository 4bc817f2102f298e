/** What OpenSSL says of a server that does not speak TLS, in words. */

const PLAIN =
  /wrong version number|WRONG_VERSION_NUMBER|packet length too long|PACKET_LENGTH_TOO_LONG|unknown protocol/i;

/** What mends it in the settings of a source. */
export const MEND_TLS = "name the port that does, or set tls: false";

/** What to do about an error of TLS, by its message or code; null where it is another one. */
export const plainPort = (said: string, port: number, mend: string): string | null =>
  PLAIN.test(said) ? `port ${port} does not speak TLS: ${mend}` : null;
