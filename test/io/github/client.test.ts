/** Clients, whoever made their octokit. */
import { ProbotOctokit } from "probot";
import { describe, expect, test } from "vitest";
import { ReviewError } from "../../../src/errors.js";
import { appClients, octokitClient, tokenClient } from "../../../src/io/github/client.js";
import { openForge } from "../../../src/io/github/forge.js";
import { appOf, port, withToken } from "./port.js";
import type { Call, Fault } from "./respond.js";

import { serve } from "./serve.js";

describe("clients", () => {
  test("an App's, by installation and by repository: one that posts as its bot", async () => {
    const { fake, forge } = await port();
    expect([forge.login, forge.repository]).toEqual(["patchwitness[bot]", "kvm/linux"]);
    const client = await appOf(fake).ofRepository("kvm/linux");
    const other = await openForge({ client, repository: "kvm/linux" });
    expect((await other.pull(1)).number).toBe(1);
    for (const { headers } of fake.calls) expect(headers["user-agent"]).toMatch(/^patchwitness\/1\.2\.3/);
    await expect(appOf(fake).ofRepository("no/such")).rejects.toMatchObject({ trouble: "missing", status: 404 });
    for (const name of ["kvm", "kvm/..", "../kvm", "a/b/c", "kvm/li nux"]) {
      await expect(openForge({ client, repository: name })).rejects.toThrow(ReviewError);
    }
  });

  test("one with a token knows its login by GraphQL", async () => {
    const { fake, forge, token } = await port();
    await forge.pull(1);
    const client = withToken(fake, fake.app.tokens[0]?.text ?? token);
    expect((await openForge({ client, repository: "kvm/linux" })).login).toBe("patchwitness[bot]");
  });

  test("over the octokit that Probot makes, whose plugins then repeat nothing", async () => {
    let left = 1;
    const fault = ({ operation }: Call): Fault | null =>
      operation === "issues/create-comment" && left-- > 0 ? { kind: "502", when: "after" } : null;
    const { fake } = await port({ fault });
    const { id: appId, privateKey, installation: installationId } = fake.app;
    const made = new ProbotOctokit({
      auth: { appId, privateKey, installationId },
      baseUrl: fake.origin,
      throttle: { enabled: false },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    } as never);
    const client = octokitClient(made, { version: "1.2.3" });
    const forge = await openForge({ client, repository: "kvm/linux" });
    expect(forge.login).toBe("patchwitness[bot]");
    await expect(forge.comment(1, "once")).rejects.toMatchObject({ trouble: "away", status: 502 });
    expect(fake.posted().issueComments).toHaveLength(1);
  });

  test("a GitHub Enterprise Server has its GraphQL beside the rest", async () => {
    const { fake } = await port();
    const seen = new Set<string>();
    const origin = await serve((request, response) => {
      void (async () => {
        const path = request.url ?? "";
        seen.add(path.split("/").slice(0, 3).join("/"));
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        const target = path.startsWith("/api/v3/")
          ? path.slice("/api/v3".length)
          : path.replace("/api/graphql", "/graphql");
        const headers = Object.fromEntries(
          Object.entries(request.headers).filter(
            ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
          ),
        ) as Record<string, string>;
        const { method = "GET" } = request;
        const body = pieces.length > 0 ? { body: Buffer.concat(pieces).toString() } : {};
        const answer = await fetch(fake.origin + target, { method, headers, ...body });
        const type = answer.headers.get("content-type") ?? "";
        response.writeHead(answer.status, { "content-type": type }).end(await answer.text());
      })();
    });
    const client = await appOf(fake, { baseUrl: `${origin}/api/v3/` }).ofRepository("kvm/linux");
    const forge = await openForge({ client, repository: "kvm/linux" });
    expect(await forge.threads(1)).toEqual([]);
    expect((await forge.pull(1)).title).toBe("kvm: a change");
    expect([...seen].sort()).toEqual(["/api/graphql", "/api/v3"]);
  });

  test.each([
    ["no key", "secret words"],
    ["half a key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"],
  ])("%s is refused at once, and not shown", (_, privateKey) => {
    try {
      appClients({ appId: 7, privateKey, version: "1" });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "ReviewError", exit: 3, code: "bad-private-key" });
      expect(`${error instanceof Error ? error.stack : ""}${JSON.stringify(error)}`).not.toMatch(/secret|c2Vj/);
    }
  });

  test("a key whose line ends are written as \\n; an address that is none", async () => {
    const { fake } = await port();
    const privateKey = fake.app.privateKey.replaceAll("\n", "\\n");
    const clients = appClients({ appId: 7, privateKey, baseUrl: fake.origin, version: "1" });
    expect((await (await clients.ofInstallation(42)).identity()).appId).toBe(7);
    for (const baseUrl of ["github.example.org", "ftp://github.example.org", "https://user:word@github.example.org"]) {
      expect(() => tokenClient("t", { baseUrl, version: "1" })).toThrow(ReviewError);
    }
  });
});
