/** Which operation an address means, and the function that does it. */
import { type Handler, ok, Refusal } from "./http.js";
import { appRoutes } from "./routes-app.js";
import { checkRoutes } from "./routes-checks.js";
import { commentRoutes } from "./routes-comments.js";
import { gitRoutes } from "./routes-git.js";
import { pullRoutes } from "./routes-pulls.js";
import { sarifRoutes } from "./routes-sarif.js";
import { type Operation, operations } from "./spec.js";

const rateLimit: Handler = ({ counter }) => {
  const { limit, used, remaining, reset } = counter.state;
  const core = { limit, used, remaining, reset };
  return ok({ resources: { core, search: core, graphql: core }, rate: core });
};

export const routes: Record<string, Handler> = {
  ...appRoutes,
  ...gitRoutes,
  ...pullRoutes,
  ...checkRoutes,
  ...commentRoutes,
  ...sarifRoutes,
  "rate-limit/get": rateLimit,
};

export function find(method: string, path: string): { operation: Operation; params: Record<string, string> } {
  const fits = operations.filter(({ pattern }) => pattern.test(path));
  const operation = fits.find((one) => one.method === method);
  if (operation === undefined) {
    throw fits.length > 0
      ? new Refusal(405, "Method Not Allowed", `${method} ${path}: no such method`)
      : new Refusal(404, "Not Found", `${method} ${path}: no such operation`);
  }
  const values = operation.pattern.exec(path)?.slice(1) ?? [];
  if (/%(?![0-9a-f]{2})/i.test(path)) throw new Refusal(400, "Bad Request", `${path}: a broken escape`);
  return {
    operation,
    params: Object.fromEntries(operation.names.map((name, n) => [name, decodeURIComponent(values[n] ?? "")])),
  };
}

export const operationName = (method: string, path: string): string => {
  if (path === "/graphql") return "graphql";
  return operations.find((one) => one.method === method && one.pattern.test(path))?.id ?? "";
};
