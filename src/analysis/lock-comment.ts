/**
 * What a comment above a function asks its callers to hold. Comments are prose, so this is a small grammar over words: a
 * sentence counts when it says that a lock must be held by whoever calls, names the lock, and nothing in it takes that back.
 * A sentence that denies (not, without), has a condition (if, unless) or offers a choice (or) asks for nothing that could be
 * checked. Forms seen in Documentation/doc-guide/kernel-doc.rst ("Context: ...") and above functions of fs, net and kernel.
 */

/** A lock as a comment names it: "x->lock" is root x, fields [lock]; "rtnl_mutex" is root rtnl_mutex, no fields. */
export interface NamedLock {
  root: string;
  fields: string[];
  /** Held for writing, the sentence says. */
  write: boolean;
}

/** Beyond this a comment is a treatise; its first part is read. */
const LONGEST = 6000;

/** A comment's words without its frame: stars, kernel-doc marks. Blank lines and kernel-doc fields end a sentence. */
function proseOf(comment: string): string[] {
  const lines = comment
    .slice(0, LONGEST)
    .replace(/^\/[*/]+|\*+\/$/g, "")
    .split("\n")
    .map((l) => l.replace(/^\s*(?:\*+|\/\/)?\s?/, "").trim());
  const parts: string[] = [];
  let open = "";
  const close = (): void => {
    if (open.trim() !== "") parts.push(open.trim());
    open = "";
  };
  for (const line of lines) {
    if (line === "" || /^(?:@\w+|[A-Z][\w ]{2,20}):/.test(line)) close();
    open += ` ${line}`;
  }
  close();
  // A full stop, a semicolon or a dash between two statements ends one; the stop of "x.lock" does not.
  return parts.flatMap((p) => p.split(/(?<=[\w)>'"])[.;!](?=\s|$)|\s--?\s/)).map((p) => p.replace(/\s+/g, " ").trim());
}

const DENIES =
  /\b(?:not|cannot|never|without|no|unlocked|lockless|lockfree|outside|neither|nor|n't|don't|doesn't|isn't|needn't|except)\b|n't\b/i;
const DEPENDS =
  /\b(?:if|unless|or|either|when|whether|optionally|may|might|can|could|usually|sometimes|some|only when|until|while we|otherwise|depending|e\.g|preferably|ideally)\b/i;
/** What happens on the way out, or inside, is no duty of who calls. */
const OWN_DOING = /\b(?:returns?|returned|exit|releases?|unlocks?|drops?|dropped|takes?|acquires?|grabs?)\b/i;
const HOLDER =
  /\b(?:callers?|called|call|calls|calling|invoked|context|locking|entered|entry|requires?|expects?|assumes?|needs?)\b/i;
const DUTY =
  /\b(?:must|should|shall|has to|have to|needs? to|need|expected to|required to|supposed to|requires?|assumes?|expects?)\b/i;
const HOLDS =
  /\b(?:hold|holds|holding|held|own|owns|owning|locked|taken|acquired|under|protected by|protection of|serialized by|serialised by)\b/i;
const WRITE = /\b(?:for writ(?:e|ing)|write[- ]?(?:held|locked|lock|mode)|exclusive(?:ly)?|in write mode)\b/i;

/** Sentences of these shapes are duties; each must also name a lock. */
function isDuty(sentence: string): boolean {
  if (DENIES.test(sentence) || DEPENDS.test(sentence)) return false;
  if (!HOLDS.test(sentence)) return false;
  // "must be called with X held", "called under X", "call with X held", "entered with X held"
  if (
    /\b(?:called|call|invoked|entered|use|used|run|runs)\b (?:\w+ ){0,3}?(?:with|while|under|holding)\b/i.test(sentence)
  )
    return true;
  // "caller must hold X", "callers hold X", "the caller is holding X"
  if (/\bcallers?\b(?: \w+){0,5}? (?:hold|holds|holding|own|owns)\b/i.test(sentence)) return true;
  if (/\bcallers?\b(?: \w+){0,5}? (?:have|has|with) (?:\S+ ){1,4}(?:held|locked|taken|acquired)\b/i.test(sentence))
    return true;
  // "X must be held", "X held by the caller", "requires X to be held", "assumes X is held"
  if (OWN_DOING.test(sentence)) return false;
  if (DUTY.test(sentence) && /\b(?:held|locked|taken|acquired)\b/i.test(sentence)) return true;
  if (/\b(?:held|locked|taken|acquired) by (?:the |its |our )?callers?\b/i.test(sentence)) return true;
  // kernel-doc: "Context: X held", "Locking: X is held"
  return /^(?:context|locking|locks?)\s*:/i.test(sentence) && HOLDER.test(sentence);
}

const PATH = /[&@*]*\b[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*)*(?:\(\))?/g;
/** Words around the name of a lock, never its name. */
const PLAIN =
  /^(?:the|a|an|lock|locks|mutex|spinlock|semaphore|rwsem|rwlock|held|hold|with|under|by|and|both|its|this|that|for|read|write|reading|writing|mode|of|on|in|is|be|to|must|should|caller|callers|called|context|function)$/i;

/** A path, or a word of a form that prose does not have. */
const LIKE_A_LOCK = /_|->|\.|\w(?:lock|mutex|sem)$/;

/** The names in a sentence that could be a lock's: a path, or a word that the code can confirm. */
function namesIn(sentence: string, words: ReadonlySet<string>): string[] {
  const out: string[] = [];
  for (const [text] of sentence.matchAll(PATH)) {
    const name = text.replace(/^[&@*]+|\(\)$/g, "");
    if (words.has(name) || (!PLAIN.test(name) && LIKE_A_LOCK.test(name))) out.push(name);
  }
  return out;
}

const NO_WORDS: ReadonlySet<string> = new Set();

/**
 * The locks that a comment asks for; `words` are names of locks that look like plain words, such as RTNL. What is named is not
 * yet known to be a lock: the caller looks for it in the code.
 */
export function locksAskedFor(comment: string, words: ReadonlySet<string> = NO_WORDS): NamedLock[] {
  if (!HOLDS.test(comment)) return [];
  const out: NamedLock[] = [];
  for (const sentence of proseOf(comment)) {
    if (!isDuty(sentence)) continue;
    const write = WRITE.test(sentence);
    for (const name of namesIn(sentence, words)) {
      const [root, ...fields] = name.split(/->|\./) as [string, ...string[]];
      if (!out.some((o) => o.root === root && o.fields.join() === fields.join())) out.push({ root, fields, write });
    }
  }
  return out;
}

const GUARDS = /\b(?:protected|guarded|seriali[sz]ed|synchroni[sz]ed)\b(?: \w+)? (?:by|with|under)\b(.*)/i;

/** The locks by which a comment at a field says that it is guarded: "Protected by kvm->lock". */
export function guardsNamed(comment: string): NamedLock[] {
  return proseOf(comment).flatMap((sentence) => {
    const behind = GUARDS.exec(sentence)?.[1];
    if (behind === undefined || DENIES.test(sentence)) return [];
    return namesIn(behind, NO_WORDS).map((name) => {
      const [root, ...fields] = name.split(/->|\./) as [string, ...string[]];
      return { root, fields, write: false };
    });
  });
}

/** Whether a comment speaks of a lock's name at all: then what it says may well be that the caller holds it. */
export function mentionsLock(comment: string, name: string): boolean {
  const words = comment.split(/\W+/);
  return (
    words.includes(name) &&
    /\b(?:hold|holds|holding|held|lock|locked|locks|under|protect\w*|serial\w*)\b/i.test(comment)
  );
}
