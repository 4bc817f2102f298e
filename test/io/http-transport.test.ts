/** What is said of a server that does not speak TLS where it should. */
import { afterAll, expect, it } from "vitest";
import { HttpTransport } from "../../src/io/http-transport.js";
import { serve, type TestServer } from "./archive/archive-peer.js";

const servers: TestServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

it("says in words that a port does not speak TLS, and what to write", async () => {
  const server = await serve((_request, response) => response.end("hello"));
  servers.push(server);
  const transport = new HttpTransport({ allowPrivate: true });
  const url = new URL(server.origin.replace("http:", "https:"));
  await expect(transport.send(url, { method: "GET", headers: {}, maxBytes: 100 })).rejects.toMatchObject({
    reason: "unreachable",
    message: expect.stringMatching(/cannot be reached: port \d+ does not speak TLS: write http:\/\/ in the place of/),
  });
  await transport.close();
});
