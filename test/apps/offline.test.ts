/** A review on one's own machine asks nobody anything. */
import { expect, it } from "vitest";
import { runCli } from "./run-cli.js";

const TRAP = `import net from "node:net"; import dns from "node:dns"; import dgram from "node:dgram";
const caught = () => { process.stderr.write("a connection was opened\\n"); process.exit(99); };
net.Socket.prototype.connect = caught; dns.lookup = caught; dgram.createSocket = caught;`;
const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TRAP)}` };
const MAIL = "fixtures/threads/unlocked-write/patch.mbox";

it("is caught where it does", () => {
  const { code, err } = runCli(["thread", "https://lore.example.org/kvm/1@x/", "--no-cache"], "", env);
  expect([code, err]).toEqual([99, expect.stringContaining("a connection was opened")]);
});

it.each([
  ["a mail", [MAIL]],
  ["a mail with a tree", [MAIL, "--tree", "rules", "--no-cache"]],
  ["a reply", [MAIL, "--format", "reply"]],
  ["a page", [MAIL, "--format", "html"]],
  ["the patches of a mail", ["parse", MAIL]],
])("%s", (_, args) => {
  const { code, err } = runCli(args, "", env);
  expect(err).not.toContain("a connection");
  expect([0, 1]).toContain(code);
});
