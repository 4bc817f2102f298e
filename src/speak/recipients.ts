/** Who gets the mail about a patch: people, and the lists that are open. */
import { isUsableAddress } from "../report/mail-headers.js";
import type { ReviewedPatch } from "../review/finding.js";
import { addressKey, fitsPattern, isAmong } from "./addresses.js";
import { senderOf } from "./compose.js";
import type { PlanInput } from "./planned.js";
import type { ListPolicy, MailPolicy, Mode } from "./policy.js";

/** More copies than these are not a discussion. */
const MAX_COPIES = 60;

/** Address that our mails are from; "" where no mail is sent. */
export const ownAddress = (mail: MailPolicy | null): string =>
  mail === null ? "" : addressKey(senderOf(mail).address);

/** Modes whose lists a mail goes to that goes by a list of this mode. What a moderator lets pass goes where it would go without one. */
const HEARD: Partial<Record<Mode, readonly Mode[]>> = {
  moderation: ["moderation", "author-and-list"],
  "author-and-list": ["author-and-list"],
};

/** Keys of addresses that get no mail as persons: configured lists, ourselves, programs, people who want none. */
function unwantedBy({ policies: { lists, mail }, history }: PlanInput): (address: string) => boolean {
  const listed = new Set(lists.map(({ address }) => addressKey(address)));
  return (address) => {
    const key = addressKey(address);
    if (listed.has(key) || key === ownAddress(mail) || history.optedOut.has(key)) return true;
    return isAmong(address, mail?.optOut ?? []) || fitsPattern(address, mail?.bots ?? []);
  };
}

/** To the author, with copies to the sender and, as far as the list's policy goes, to others; each address once. */
export function recipients({ message, patch }: ReviewedPatch, list: ListPolicy, input: PlanInput) {
  const unwanted = unwantedBy(input);
  const people = [patch.author, message.from].filter(({ address }) => isUsableAddress(address) && !unwanted(address));
  const [author] = people;
  if (author === undefined) return { to: [], cc: [] };
  const heard = HEARD[list.mode] ?? [];
  const open = new Set(input.policies.lists.filter((l) => heard.includes(l.mode)).map((l) => addressKey(l.address)));
  const others = [...message.to, ...message.cc].filter(({ address }) => isUsableAddress(address));
  const everyone = heard.length > 0 && list.cc === "everyone" && others.length <= MAX_COPIES;
  const wanted = others.filter(({ address }) => open.has(addressKey(address)) || (everyone && !unwanted(address)));
  const seen = new Set([addressKey(author.address)]);
  const cc = [...people, ...wanted].filter(({ address }) => {
    const key = addressKey(address);
    return !seen.has(key) && seen.add(key);
  });
  return { to: [author], cc };
}
