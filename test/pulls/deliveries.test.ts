import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENTS, receive } from "../../src/pulls/deliveries.js";
import { realExamples } from "../io/github/examples.js";
import { sha } from "./samples.js";

const around = { repository: { full_name: "kvm/linux" }, installation: { id: 7 } };
const pull = { ...around, action: "opened", number: 12, pull_request: { head: { sha: sha("b") } } };
const person = { login: "somebody", type: "User" };
const comment = {
  ...around,
  action: "created",
  issue: { number: 12, pull_request: {} },
  comment: { id: 5, body: "/review recheck", user: person },
  sender: person,
};

describe("a delivery", () => {
  it("becomes a task about what it is about", () => {
    const about = { repository: "kvm/linux", installation: 7 };
    expect(receive("pull_request", pull)).toEqual({
      task: { ...about, subject: "pull 12", kind: "review", data: { head: sha("b") } },
    });
    expect(receive("issue_comment", comment)).toEqual({
      task: {
        ...about,
        subject: "pull 12",
        kind: "command",
        data: { comment: 5, login: "somebody", commands: [{ verb: "recheck", words: [], reason: "" }] },
      },
    });
    const check = { ...around, action: "rerequested", check_run: { head_sha: sha("c"), pull_requests: [] } };
    expect(receive("check_run", check)).toMatchObject({ task: { subject: `head ${sha("c")}`, kind: "recheck" } });
    const push = { ...around, ref: "refs/heads/main", before: sha("a"), after: sha("b"), deleted: false };
    expect(receive("push", push)).toMatchObject({ task: { subject: "push refs/heads/main", kind: "push" } });
  });

  it.each([
    ["pull_request", { ...pull, action: "labeled" }, /brings nothing/],
    ["pull_request", { ...pull, action: "edited" }, /brings nothing/],
    ["issue_comment", { ...comment, comment: { ...comment.comment, body: null } }, /no command/],
    ["issue_comment", { ...comment, issue: { number: 3 } }, /not on a pull request/],
    ["issue_comment", { ...comment, sender: { login: "x[bot]", type: "Bot" } }, /program/],
    ["issue_comment", { ...comment, comment: { ...comment.comment, user: null } }, /program/],
    ["push", { ...around, ref: "refs/tags/v1", before: sha("a"), after: sha("b"), deleted: false }, /no branch/],
    ["pull_request", { ...pull, repository: { full_name: "../../x" } }, /repository.full_name/],
    ["pull_request", { ...pull, installation: undefined }, /installation/],
    ["star", pull, /not listened to/],
    ["constructor", pull, /not listened to/],
    ["pull_request", null, /form/],
  ])("%s of no use is ignored, with a reason", (event, payload, reason) => {
    expect(receive(event, payload)).toEqual({ ignored: expect.stringMatching(reason) });
  });

  it("is reviewed anew when the branch that it goes to is another", () => {
    const edited = { ...pull, action: "edited", changes: { base: { ref: { from: "old" } } } };
    expect(receive("pull_request", edited)).toMatchObject({ task: { kind: "review" } });
  });

  it("as GitHub really sends it is never an error", () => {
    const seen = new Set<string>();
    for (const { event, payload } of realExamples()) {
      if (!EVENTS.includes(event)) continue;
      seen.add(event);
      const whole = { installation: { id: 7 }, ...(payload as object) };
      const received = receive(event, whole);
      if ("ignored" in received) expect(received.ignored).not.toMatch(/the payload has no usable/);
    }
    expect([...seen].sort()).toEqual([...EVENTS].sort());
  });

  it("of any form is never an exception", () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVENTS, "__proto__"), fc.jsonValue(), (event, payload) => {
        expect(Object.keys(receive(event, payload))).toHaveLength(1);
      }),
    );
  });
});
