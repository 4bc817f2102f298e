import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authenticity } from "../../src/speak/authenticity.js";

const check = (fields: string[], from = "anna@kernel.example", trusted: string | null = "mx.own.example") =>
  authenticity({ headers: new Map([["authentication-results", fields]]), from: { name: "", address: from } }, trusted);

describe("what a trusted server says of a sender (RFC 8601)", () => {
  it.each([
    ["mx.own.example; dmarc=pass header.from=kernel.example", "pass"],
    ["mx.own.example 1; dmarc=pass (p=reject) header.from=Kernel.Example", "pass"],
    [
      "MX.own.example; spf=pass smtp.mailfrom=x@y.example; dkim=pass header.d=y.example; dmarc=pass header.from=kernel.example",
      "pass",
    ],
    ["mx.own.example; dkim=pass header.d=kernel.example header.s=s", "pass"],
    ["mx.own.example; dkim/1 = pass header.d = kernel.example", "pass"],
    [
      "mx.own.example; dkim=fail header.d=list.example; dkim=pass header.i=@kernel.example header.d=kernel.example",
      "pass",
    ],
    ["mx.own.example; dmarc=none header.from=kernel.example; dkim=pass header.d=kernel.example", "pass"],
    ["mx.own.example; dmarc=fail header.from=kernel.example; dkim=pass header.d=kernel.example", "fail"],
    ["mx.own.example; dmarc=pass header.from=evil.example", "fail"],
    ["mx.own.example; dmarc=pass header.from=example", "fail"],
    ["mx.own.example; dkim=fail header.d=kernel.example", "fail"],
    ["mx.own.example; dkim=pass header.d=evil.example", "unknown"],
    ["mx.own.example; dkim=pass header.d=notkernel.example", "unknown"],
    ["mx.own.example; dkim=pass header.d=sub.kernel.example", "unknown"],
    ["mx.own.example; dkim=pass", "unknown"],
    ["mx.own.example; spf=pass smtp.mailfrom=anna@kernel.example", "unknown"],
    ["mx.own.example; dmarc=temperror header.from=kernel.example", "unknown"],
    ["mx.own.example; dmarc=passed header.from=kernel.example", "unknown"],
    ["mx.own.example; none", "unknown"],
    ["mx.own.example", "unknown"],
    ["", "unknown"],
    ["mx.evil.example; dmarc=pass header.from=kernel.example", "unknown"],
    ["mx.own.example.evil.example; dmarc=pass header.from=kernel.example", "unknown"],
    ["(mx.own.example) mx.evil.example; dmarc=pass header.from=kernel.example", "unknown"],
    ['"mx.own.example"; dmarc=pass header.from=kernel.example', "unknown"],
    // Comments and quoted strings are words of strangers.
    ["mx.own.example; (dmarc=pass header.from=kernel.example) none", "unknown"],
    ["mx.own.example; (a (nested) ; dmarc=pass header.from=kernel.example) dkim=none", "unknown"],
    ["mx.own.example; (\\) ; dmarc=pass header.from=kernel.example) dkim=none", "unknown"],
    ['mx.own.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=kernel.example "@evil.example', "unknown"],
    ['mx.own.example; spf=pass smtp.mailfrom="("@evil.example; dmarc=fail header.from=kernel.example', "fail"],
    ['mx.own.example; spf=pass smtp.mailfrom="a\\"; dmarc=pass header.from=kernel.example "@evil.example', "unknown"],
    ['mx.own.example; dkim=fail reason="(" header.d=kernel.example; dkim=pass header.d=evil.example', "fail"],
  ])("%s: %s", (field, want) => {
    expect(check([field])).toBe(want);
  });

  it("believes the first field of that name and no other", () => {
    const [good, bad] = ["dmarc=pass header.from=kernel.example", "dmarc=fail header.from=kernel.example"];
    const own = (result: string): string => `mx.own.example; ${result}`;
    expect(check([own(bad), own(good)])).toBe("fail");
    expect(check([`mx.evil.example; ${good}`, own(bad)])).toBe("fail");
    expect(check([`mx.evil.example; ${bad}`, own(good)])).toBe("pass");
    expect(check([])).toBe("unknown");
  });

  it("knows nothing without a server that is trusted", () => {
    expect(check(["mx.own.example; dmarc=pass header.from=kernel.example"], "anna@kernel.example", null)).toBe(
      "unknown",
    );
  });

  it("takes a signature of the organisation for a sender below it, not of everybody for one", () => {
    expect(check(["mx.own.example; dkim=pass header.d=kernel.example"], "anna@mail.kernel.example")).toBe("pass");
    expect(check(["mx.own.example; dkim=pass header.d=example"], "anna@kernel.example")).toBe("unknown");
    expect(check(["mx.own.example; dkim=pass header.d=kernel.example"], "no address")).toBe("unknown");
    expect(check(["mx.own.example; dkim=pass header.d=kernel.example"], '"a@kernel.example"@evil.example')).toBe(
      "unknown",
    );
  });

  it("lets no local part or comment of a sender vouch for another domain", () => {
    const claim = "; dmarc=pass header.from=kernel.example ; dkim=pass header.d=kernel.example ;";
    const word = fc
      .tuple(fc.stringMatching(/^[ -~]{0,30}$/), fc.stringMatching(/^[ -~]{0,30}$/))
      .map(([a, b]) => a + claim + b);
    fc.assert(
      fc.property(word, word, (sender, comment) => {
        const quoted = `"${sender.replace(/["\\]/g, "\\$&")}"@evil.example`;
        const remark = `(${comment.replace(/[()\\]/g, "\\$&")})`;
        expect(check([`mx.own.example; spf=pass ${remark} smtp.mailfrom=${quoted}; dkim=none`])).toBe("unknown");
      }),
    );
  });

  it("is done with a field of megabytes", () => {
    const started = performance.now();
    for (const part of ["(", "; ", '"', "dkim=pass ", "\\"]) check([`mx.own.example; ${part.repeat(2_000_000)}`]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
