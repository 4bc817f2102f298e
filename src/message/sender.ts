/**
 * Who sent a mail. Lists rewrite the sender of domains with a strict DMARC policy ("A. Author via list"), relays such
 * as b4's send in the author's stead; both say in another field who it was.
 */
import type { Problem } from "../errors.js";
import { parseAddressList } from "./address.js";
import type { Mailbox } from "./message.js";

/** "… via linux-kernel", "… via B4 Relay", "… via groups.io": what Mailman, b4 and Google Groups append to the name. */
const VIA = /^(.*?)['"]?\s+via\s+\S.*$/i;

type Fields = ReadonlyMap<string, readonly string[]>;

/** The sender of the mail, a munged one undone where the mail says how; `replyTo` is asked for only where it may say so. */
export function senderOf(fields: Fields, replyTo: () => readonly Mailbox[], problems: Problem[]): Mailbox {
  const raw = fields.get("from")?.[0];
  const from = raw === undefined ? undefined : firstOf(parseAddressList(raw));
  if (from === undefined || (from.name === "" && from.address === "")) {
    problems.push({ code: "no-from", message: "The mail names no sender." });
    return { name: "", address: "" };
  }
  if (!from.address.includes("@"))
    problems.push({ code: "bad-from", message: "The sender's address is not a mail address." });
  for (const name of ["x-original-from", "x-original-sender"]) {
    const raw = fields.get(name)?.[0];
    const original = raw === undefined ? undefined : firstOf(parseAddressList(raw));
    if (original?.address.includes("@") !== true) continue;
    if (name === "x-original-from" || VIA.test(from.name)) return named(original, from);
  }
  const via = VIA.exec(from.name);
  if (via === null) return from;
  const lists = listAddresses(fields);
  const author = replyTo().find(
    (box) => box.address !== from.address && box.address.includes("@") && !lists.has(box.address.toLowerCase()),
  );
  if (author === undefined) return from;
  return named(author, from);
}

/** The original sender, with the name that the munged field still carries when its own is missing. */
function named(original: Mailbox, munged: Mailbox): Mailbox {
  const name = VIA.exec(munged.name)?.[1] ?? munged.name;
  return {
    name: original.name === "" ? name.replace(/^['"]|['"]$/g, "").trim() : original.name,
    address: original.address,
  };
}

/** An address list may begin with a name alone, from an unquoted comma ("Doe, A. <a@host>"): the rest is joined to it. */
function firstOf(boxes: readonly Mailbox[]): Mailbox | undefined {
  const withAddress = boxes.findIndex((box) => box.address !== "");
  if (withAddress <= 0) return boxes[0];
  const names = boxes.slice(0, withAddress + 1).map((box) => box.name);
  return { name: names.filter((name) => name !== "").join(", "), address: boxes[withAddress]?.address ?? "" };
}

function listAddresses(fields: Fields): Set<string> {
  const found = new Set<string>();
  for (const name of ["list-post", "x-beenthere", "list-id"]) {
    for (const value of fields.get(name) ?? []) {
      for (const word of value.split(/[\s<>,:?]+/)) if (word !== "") found.add(word.toLowerCase());
    }
  }
  return found;
}
