import { describe, expect, it } from "vitest";
import { type Command, readCommands, type Verb } from "../../src/speak/commands.js";
import { type CommandMail, obey } from "../../src/speak/obey.js";
import { list, mailPolicy } from "./samples.js";

const ID = "0123456789abcdef";
const WORD = "00112233445566aa";
const MAIL = mailPolicy({ commanders: ["chief@kernel.example", "@trusted.example"], moderator: "mod@own.example" });

const given = (over: Partial<CommandMail> = {}): CommandMail => ({
  id: "command@example.org",
  sender: "chief@kernel.example",
  auth: "unknown",
  commands: [],
  lineage: ["series v2", "series v1"],
  authors: ["author@example.org"],
  findings: new Map([[ID, "kvm/gate"]]),
  lists: [list({ commanders: ["maintainer@kernel.example"] })],
  held: new Map([[WORD, "patch@example.org"]]),
  ...over,
});

const LINES: Record<Verb, string> = {
  invalid: `#review invalid ${ID} held above`,
  valid: `#review valid ${ID}`,
  ignore: "#review ignore",
  recheck: "#review recheck",
  stop: "#review stop enough",
  approve: `#review approve ${WORD}`,
  drop: `#review drop ${WORD} not now`,
};

const one = (verb: Verb, over: Partial<CommandMail> = {}, policy = MAIL) => {
  const [obeyed] = obey(given({ commands: readCommands(LINES[verb]), ...over }), policy);
  if (obeyed === undefined) throw new Error("no command");
  return obeyed;
};

const EFFECTS: Record<Verb, unknown> = {
  invalid: [
    { kind: "suppress", what: ID, reason: "held above" },
    { kind: "answer", finding: ID, rule: "kvm/gate", valid: false, reason: "held above" },
  ],
  valid: [{ kind: "answer", finding: ID, rule: "kvm/gate", valid: true, reason: "no reason given" }],
  ignore: [{ kind: "suppress", what: "series:series v2", reason: "no reason given" }],
  recheck: [{ kind: "recheck", series: "series v2" }],
  stop: [{ kind: "suppress", what: "author:mod@own.example", reason: "enough" }],
  approve: [{ kind: "approve", key: "patch@example.org" }],
  drop: [{ kind: "drop", key: "patch@example.org", reason: "not now" }],
};

/** Who may give a command. */
const MAY: Record<string, Verb[]> = {
  "chief@kernel.example": ["invalid", "valid", "ignore", "recheck", "stop"],
  "anyone@trusted.example": ["invalid", "valid", "ignore", "recheck", "stop"],
  "maintainer@kernel.example": ["invalid", "valid", "ignore", "recheck", "stop"],
  "Author@Example.org": ["ignore", "recheck", "stop"],
  "mod@own.example": ["stop", "approve", "drop"],
  "stranger@example.org": ["stop"],
  "evil@nottrusted.example": ["stop"],
  "a@evil.example@trusted.example": ["stop"],
};

describe("who may ask for what", () => {
  const verbs = Object.keys(LINES) as Verb[];
  it.each(Object.entries(MAY))("%s", (sender, may) => {
    const done = verbs.filter((verb) => one(verb, { sender }).outcome === "done");
    expect(done).toEqual(verbs.filter((verb) => may.includes(verb)));
    for (const verb of verbs.filter((v) => !may.includes(v)))
      expect(one(verb, { sender })).toMatchObject({ outcome: "refused", effects: [] });
  });

  it.each(verbs)("%s: nobody of whom the server says that he is another, or where one has to vouch", (verb) => {
    const sender = verb === "approve" || verb === "drop" ? "mod@own.example" : "chief@kernel.example";
    expect(one(verb, { sender }).outcome).toBe("done");
    expect(one(verb, { sender, auth: "fail" })).toMatchObject({ outcome: "refused", effects: [] });
    const strict = { ...MAIL, requireAuth: true };
    expect(one(verb, { sender }, strict)).toMatchObject({ outcome: "refused", effects: [] });
    expect(one(verb, { sender, auth: "pass" }, strict).outcome).toBe("done");
  });

  it("nobody approves where there is no moderator", () => {
    expect(one("approve", { sender: "mod@own.example" }, mailPolicy()).outcome).toBe("refused");
  });
});

describe("what comes of it", () => {
  it.each(Object.keys(EFFECTS) as Verb[])("%s", (verb) => {
    const moderator = ["stop", "approve", "drop"].includes(verb);
    const obeyed = one(verb, { sender: moderator ? "mod@own.example" : "chief@kernel.example" });
    expect(obeyed.effects).toEqual(EFFECTS[verb]);
    expect(obeyed.said).toMatch(/^[A-Z].*\.$/);
  });

  it.each<[Verb, Partial<CommandMail>]>([
    ["invalid", { findings: new Map() }],
    ["valid", { findings: new Map([["fedcba9876543210", "x"]]) }],
    ["ignore", { lineage: [] }],
    ["recheck", { lineage: [] }],
    ["approve", { sender: "mod@own.example", held: new Map() }],
    ["drop", { sender: "mod@own.example", held: new Map([["ffffffffffffffff", "x"]]) }],
  ])("%s of what is not known is not understood", (verb, over) => {
    expect(one(verb, over)).toMatchObject({ outcome: "not-understood", effects: [] });
  });

  it("all or nothing: one unknown id spoils a command, another command of the mail stands", () => {
    const commands: Command[] = readCommands(`#review invalid ${ID} ffffffffffffffff x\n#review recheck`);
    expect(obey(given({ commands }), MAIL).map(({ outcome }) => outcome)).toEqual(["not-understood", "done"]);
  });
});
