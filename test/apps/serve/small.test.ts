/** The small parts that keep strangers out: sessions, attempts, hosts, forms, keys in addresses, and where links lead. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Attempts } from "../../../src/apps/serve/attempts.js";
import { barePath, isOwnForm, wantsJson } from "../../../src/apps/serve/gate.js";
import { Sessions } from "../../../src/apps/serve/sessions.js";
import { signInFor } from "../../../src/apps/serve/sign-in.js";
import { answersFor, isLoopback, parseListen } from "../../../src/io/hosts.js";
import { hashPassword, passwordMatches } from "../../../src/io/password.js";
import { decodeKey, encodeKey } from "../../../src/io/store/keyset.js";
import { HASH, PASSWORD } from "./site.js";

const HOUR = 3_600_000;
const ANN = { name: "ann", password: HASH };
const BOB = { name: "bob.b@x", password: HASH.replace("8$1", "8$2") };

describe("a session", () => {
  const sessions = new Sessions("secret", [ANN, BOB], 2);

  it("is read until its time is over, and not after it was ended", () => {
    for (const operator of [ANN, BOB]) {
      const text = sessions.begin(operator, 1000);
      const session = sessions.read(text, 1000);
      expect(session).toMatchObject({ name: operator.name, until: 1000 + 2 * HOUR });
      expect(sessions.read(text, 999 + 2 * HOUR)).not.toBeNull();
      expect(sessions.read(text, 1000 + 2 * HOUR)).toBeNull();
      if (session !== null) sessions.end(session, 1000);
      expect(sessions.read(text, 1000)).toBeNull();
    }
  });

  it("ends with another password, another secret, and without its operator", () => {
    const text = sessions.begin(ANN, 0);
    expect(new Sessions("secret", [ANN], 2).read(text, 0)).not.toBeNull();
    expect(new Sessions("other", [ANN], 2).read(text, 0)).toBeNull();
    expect(new Sessions("secret", [{ ...ANN, password: "x" }], 2).read(text, 0)).toBeNull();
    expect(new Sessions("secret", [BOB], 2).read(text, 0)).toBeNull();
  });

  it("cannot be made up: no change of one character is let in", () => {
    const text = sessions.begin(ANN, 0);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(..."ab0.-_é\n "), (at, char) => {
        const changed = text.slice(0, at) + char + text.slice(at + 1);
        // The last of 43 characters holds bits that do not count, and the text itself is compared.
        return changed === text || sessions.read(changed, 0) === null;
      }),
    );
    for (const odd of [undefined, "", "ann", `${text}.`, ` ${text}`, text.replace("ann", "bob.b@x")])
      expect(sessions.read(odd, 0)).toBeNull();
  });

  it("has a token of its own for forms", () => {
    expect(sessions.isCsrf(sessions.csrf("a"), "a")).toBe(true);
    for (const [token, of] of [
      [sessions.csrf("a"), "b"],
      ["", "a"],
      [sessions.csrf(""), ""],
    ] as const)
      expect(sessions.isCsrf(token, of)).toBe(false);
  });
});

describe("signing in", () => {
  it("knows a password by its hash, and a name that is unknown never", async () => {
    expect(await passwordMatches(PASSWORD, HASH)).toBe(true);
    expect(await passwordMatches(`${PASSWORD} `, HASH)).toBe(false);
    expect(await passwordMatches(PASSWORD, null)).toBe(false);
    const hash = await hashPassword("pässwörd");
    expect(hash).toMatch(/^scrypt\$65536\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await passwordMatches("pa\u0308sswo\u0308rd", hash)).toBe(true);
  });

  it("is refused after five failures of a name, even with the right password, until a quarter of an hour is over", async () => {
    let now = 0;
    const signIn = signInFor(
      [ANN],
      () => new Date(now),
      async (password) => password === "right",
    );
    for (let tries = 0; tries < 5; tries++) expect(await signIn("ann", "no", "1.2.3.4")).toBe("wrong");
    expect(await signIn("ann", "right", "1.2.3.4")).toBe("too-many");
    expect(await signIn("ann", "right", "1.2.3.5")).toEqual(ANN);
    now = 15 * 60_000 + 1;
    expect(await signIn("ann", "right", "1.2.3.4")).toEqual(ANN);
  });

  it("is refused after twenty failures from an address, whatever the names, and many at once gain nothing", async () => {
    const signIn = signInFor(
      [ANN],
      () => new Date(0),
      async () => false,
    );
    const said = [];
    for (let tries = 0; tries < 25; tries++) said.push(await signIn(`name${tries}`, "no", "1.2.3.4"));
    expect(said.filter((word) => word === "wrong")).toHaveLength(20);
    const attempts = new Attempts();
    const begun = Array.from({ length: 30 }, () => attempts.begin("ann", "a", 0));
    expect(begun.filter((end) => end !== null)).toHaveLength(2);
  });

  it("keeps no more in mind than it can, and forgets failures of one that succeeds in the end", () => {
    const attempts = new Attempts();
    for (let n = 0; n < 20_000; n++) attempts.begin(`n${n}`, `a${n}`, 0)?.(false);
    for (let n = 0; n < 50; n++) attempts.begin("ann", "home", 0)?.(true);
    expect(attempts.begin("ann", "home", 0)).not.toBeNull();
  });
});

describe("a request", () => {
  const here = { host: "127.0.0.1", port: 8080 };
  it("is answered for the names of this machine only, where only this machine gets there", () => {
    for (const host of ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080", "127.0.0.9"])
      expect([host, answersFor(host, here, null)]).toEqual([host, true]);
    for (const host of [
      undefined,
      "",
      "evil.example",
      "evil.example:8080",
      "127.0.0.1.evil.example",
      "a b",
      "localhost@x",
      "10.0.0.1",
    ])
      expect([host, answersFor(host, here, null)]).toEqual([host, false]);
    expect(answersFor("Review.example", here, "https://review.example/")).toBe(true);
    expect(answersFor("other.example", here, "https://review.example/")).toBe(false);
    const wide = { host: "0.0.0.0", port: 80 };
    expect(answersFor("any.example", wide, null)).toBe(true);
    expect(answersFor("any.example", wide, "https://review.example/")).toBe(false);
  });

  it("is a form of ours by what the browser says of it", () => {
    expect(isOwnForm("same-origin", "null", "http://x")).toBe(true);
    for (const site of ["cross-site", "same-site", "none", ""])
      expect(isOwnForm(site, "http://x", "http://x")).toBe(false);
    expect(isOwnForm(undefined, "http://x", "http://x")).toBe(true);
    for (const origin of [undefined, "null", "http://y"]) expect(isOwnForm(undefined, origin, "http://x")).toBe(false);
  });

  it("asks for JSON by suffix or header, and for the page as browsers do", () => {
    expect(wantsJson("/findings.json", undefined)).toBe(true);
    expect(wantsJson("/findings", "application/json")).toBe(true);
    expect(wantsJson("/findings", "text/html,application/json;q=0.9,*/*;q=0.8")).toBe(false);
    expect([barePath("/findings.json"), barePath("/index.json"), barePath("/index"), barePath("/a%2EJSON")]).toEqual([
      "/findings",
      "/",
      "/index",
      "/a",
    ]);
  });

  it("has a place to listen at, or none", () => {
    expect(parseListen("127.0.0.1:80")).toEqual({ host: "127.0.0.1", port: 80 });
    expect(parseListen("[::1]:0")).toEqual({ host: "::1", port: 0 });
    for (const odd of ["80", "a:99999", "::1:80", "a b:80", ""]) expect(parseListen(odd)).toBeNull();
    expect(["127.8.8.8", "::1", "LOCALHOST", "0.0.0.0", "128.0.0.1"].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("a key in an address", () => {
  it("comes back as it was, whatever a mail calls itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(2_147_483_647), (name, place) => {
        const kept = name.replace(/\p{Surrogate}/gu, "\ufffd");
        expect(decodeKey(encodeKey([kept, place]), ["string", "number"])).toEqual([kept, place]);
      }),
    );
  });

  it("is none when somebody else wrote it", () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeKey(text, ["string", "string"])));
    for (const parts of [["a"], ["a", 1], ["a", "b", "c"], [null, "b"], { 0: "a" }, ["a", -1], ["a", 1.5]])
      expect(decodeKey(Buffer.from(JSON.stringify(parts)).toString("base64url"), ["string", "string"])).toBeNull();
    for (const place of [-1, 0.5, 1e12]) expect(decodeKey(encodeKey(["a", place]), ["string", "number"])).toBeNull();
    expect(decodeKey("x".repeat(9000), ["string"])).toBeNull();
  });
});
