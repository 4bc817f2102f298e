/** The program that github-bench measures beside the App: Probot on node:http, with a handler that does nothing. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

async function serve([key, secret]) {
  process.env.NO_SMEE_SETUP = "true";
  const { createNodeMiddleware, Probot } = await import("probot");
  const probot = new Probot({ appId: 1, privateKey: readFileSync(key, "utf8"), secret, logLevel: "fatal" });
  const middleware = await createNodeMiddleware((app) => void app.onAny(() => {}), { probot });
  const server = createServer((request, response) => void middleware(request, response));
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/api/github/webhooks`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(process.argv.slice(2));
