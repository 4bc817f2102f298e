import { describe, expect, it } from "vitest";
import type { PatchworkCheck } from "../../src/report/patchwork-check.js";
import { type CheckServer, postChecks } from "../../src/watch/checking.js";
import type { OutboxRow } from "../../src/watch/outbox.js";
import { LIST, list } from "../speak/samples.js";
import { MemoryOutbox, outboxRow } from "./memory-outbox.js";

const NOW = new Date("2026-03-11T12:00:00.000Z");
const ahead = (minutes: number): string => new Date(NOW.getTime() + minutes * 60_000).toISOString();
const CHECK: PatchworkCheck = {
  context: "patchwitness",
  state: "success",
  description: "nothing found",
  target_url: null,
};
const PAYLOAD = { kind: "check", list: LIST, messageId: "patch@example.org", series: "s", check: CHECK };

type Posted = Awaited<ReturnType<CheckServer["postCheck"]>>;
interface World {
  row?: Partial<OutboxRow>;
  patch?: number | null | Error;
  there?: PatchworkCheck[];
  posted?: Posted;
  mode?: string;
  server?: boolean;
  begin?: "begun" | "lost";
}

async function post({
  row = {},
  patch = 7,
  there = [],
  posted = { outcome: "posted" },
  mode = "author",
  server = true,
  begin = "begun",
}: World = {}) {
  const outbox = new MemoryOutbox([outboxRow({ target: "patchwork", payload: PAYLOAD, ...row })], begin);
  const asked: string[] = [];
  const client: CheckServer = {
    async findPatch(id) {
      asked.push(`find ${id}`);
      if (patch instanceof Error) throw patch;
      return patch;
    },
    async checksOf() {
      asked.push("checks");
      return there;
    },
    async postCheck(at, { state }) {
      asked.push(`post ${state} to ${at}`);
      return posted;
    },
  };
  const ports = { store: outbox.port, serverOf: () => (server ? client : null), now: () => NOW };
  const count = await postChecks(ports, { lists: [list({ mode })], signal: new AbortController().signal });
  return { count, ends: outbox.ends, asked };
}

describe("a check that waits", () => {
  it("is posted once", async () => {
    expect(await post()).toEqual({
      count: 1,
      ends: [{ state: "sent", at: NOW.toISOString() }],
      asked: ["find patch@example.org", "post success to 7"],
    });
  });

  it("is not posted again where an open attempt has arrived", async () => {
    const open = { open: true, attempts: 1 };
    expect((await post({ row: open, there: [CHECK] })).asked).toEqual(["find patch@example.org", "checks"]);
    const other = { ...CHECK, state: "warning" as const };
    expect(
      (await post({ row: open, there: [other, { ...CHECK, context: "x" }, { ...CHECK, description: "y" }] })).asked,
    ).toContain("post success to 7");
  });

  it("waits for a patch that patchwork does not have, twelve looks long", async () => {
    const { ends } = await post({ patch: null });
    expect(ends).toEqual([
      { state: "waiting", retryAt: ahead(15), reason: "patchwork does not have the patch", sure: true },
    ]);
    expect((await post({ patch: null, row: { attempts: 11 } })).ends).toMatchObject([{ state: "failed" }]);
    // That the patch is gone says nothing of the check that was under way.
    expect((await post({ patch: null, row: { open: true, attempts: 1 } })).ends).toMatchObject([{ sure: false }]);
  });

  it("waits as long as a server that refuses it says, and stays open where its end was not seen", async () => {
    const refused = (retryAfter: number | null): Posted => ({ outcome: "refused", reason: "429", retryAfter });
    expect((await post({ posted: refused(3600) })).ends).toEqual([
      { state: "waiting", retryAt: ahead(60), reason: "429", sure: true },
    ]);
    expect((await post({ posted: refused(null) })).ends).toMatchObject([{ retryAt: ahead(15), sure: true }]);
    expect((await post({ posted: { outcome: "unknown", reason: "cut" } })).ends).toMatchObject([
      { state: "waiting", sure: false },
    ]);
  });

  it("is as open as before where reading failed", async () => {
    const patch = new Error("no route");
    expect((await post({ patch })).ends).toMatchObject([{ reason: "no route", sure: true }]);
    expect((await post({ patch, row: { open: true, attempts: 1 } })).ends).toMatchObject([
      { reason: "no route", sure: false },
    ]);
  });

  it.each([{ mode: "off" }, { mode: "local" }, { server: false }])(
    "is dropped where its list wants none any more: %o",
    async (world) => {
      const { ends, asked } = await post(world);
      expect(ends).toEqual([{ state: "dropped", reason: "its list wants no checks any more" }]);
      expect(asked).toEqual([]);
    },
  );

  it("fails where the row holds no check, and is left to whoever has the lease", async () => {
    expect((await post({ row: { payload: {} } })).ends).toMatchObject([{ state: "failed" }]);
    expect(await post({ begin: "lost" })).toEqual({ count: 0, ends: [], asked: [] });
  });
});
