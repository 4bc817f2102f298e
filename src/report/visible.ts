/**
 * Text of strangers made harmless for where it is shown. Mail can carry terminal escapes (ESC, C1 CSI) and the
 * bidirectional controls that reorder code before a reader's eyes (CVE-2021-42574): both are spelled out instead.
 */

/** Code points that change how the text around them is shown, beside the C0 and C1 controls (Unicode UAX #9, UAX #14). */
const isFormatControl = (code: number): boolean =>
  code === 0x061c ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x2028 && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x206f) ||
  code === 0xfeff ||
  (code >= 0xfff9 && code <= 0xfffb) ||
  (code >= 0xe0000 && code <= 0xe007f);

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code <= 0x9f);

const spelled = (code: number): string => {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
};

const replaceCodes = (text: string, hostile: (code: number) => boolean): string => {
  let out = "";
  let kept = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const width = code > 0xffff ? 2 : 1;
    const loneSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (loneSurrogate || hostile(code)) {
      out += text.slice(kept, at) + (loneSurrogate ? "\ufffd" : spelled(code));
      kept = at + width;
    }
    at += width;
  }
  return kept === 0 ? text : out + text.slice(kept);
};

/** One line of text for a terminal: every control but the tab is spelled out, bidirectional and invisible ones too. */
export const visible = (text: string): string =>
  replaceCodes(text, (code) => (isControl(code) && code !== 0x09) || isFormatControl(code));

/** {@link visible} for text that may have several lines: line feeds stay. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n");

/**
 * One line of quoted code for a mail: as it was sent, except for what RFC 5322 (section 2.2, 4.1) does not let stand in
 * a body (NUL, lone CR) and what would act on the terminal that shows it. Tabs and every printable character stay.
 */
export const mailSafe = (text: string): string => replaceCodes(text, (code) => isControl(code) && code !== 0x09);

/** A word or phrase that must stay on one line of a header or a sentence: controls and line ends become one space. */
export const oneLine = (text: string): string =>
  replaceCodes(text.replace(/[\r\n\t\v\f\0]+/g, " "), (code) => isControl(code) || isFormatControl(code)).trim();
