/**
 * A patchwork on loopback, as far as its documentation describes what is used here: rest/index.rst (token, content type,
 * pages, Link header) and schemas/v1.3/patchwork.yaml (patches_list, checks_list, checks_create) of getpatchwork/patchwork.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { serve, type TestServer } from "./archive/archive-peer.js";

export const TOKEN = "0123456789abcdef0123456789abcdef01234567";

interface StoredCheck {
  id: number;
  user: { id: number; username: string };
  state: string;
  context: string;
  description: string | null;
  target_url: string | null;
}

/** What goes wrong with the next request to which it applies. */
export type Fault =
  | { kind: "status"; status: number; headers?: Record<string, string>; method?: string }
  /** The connection ends once the request was read, after (kept) or before the check was created. */
  | { kind: "cut"; kept: boolean }
  /** The head of the answer comes, and not all of its body. */
  | { kind: "half" }
  | { kind: "silent" };

export interface FakePatchwork extends TestServer {
  patches: { id: number; msgid: string; project: string }[];
  checks: Map<number, StoredCheck[]>;
  faults: Fault[];
  /** Bodies of requests that created a check. */
  created: string[];
}

const json = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const piece of request) text += piece;
  return text;
};

/** Faults of a body by the schema CheckCreate, as patchwork names them; null when there is none. */
const refusal = (body: Record<string, unknown>): Record<string, string[]> | null => {
  if (!["pending", "success", "warning", "fail"].includes(String(body.state))) return { state: ["not a valid choice"] };
  if (!/^[-a-zA-Z0-9_]{1,255}$/.test(String(body.context ?? "default"))) return { context: ["not a valid slug"] };
  if (body.target_url !== undefined && (String(body.target_url).length > 200 || !URL.canParse(String(body.target_url))))
    return { target_url: ["not a valid URL"] };
  return null;
};

const listPatches = (fake: FakePatchwork, query: URLSearchParams, response: ServerResponse): void => {
  const [msgid, project] = [query.get("msgid"), query.get("project")];
  const found = fake.patches.filter(
    (p) => (project === null || p.project === project) && (msgid === null || p.msgid === `<${msgid}>`),
  );
  json(
    response,
    200,
    found.map(({ id, msgid: known }) => ({ id, msgid: known, name: "a patch" })),
  );
};

const listChecks = (fake: FakePatchwork, patch: number, url: URL, response: ServerResponse): void => {
  const all = fake.checks.get(patch) ?? [];
  // An instance may give fewer a page than are asked for.
  const [size, page] = [
    Math.min(2, Number(url.searchParams.get("per_page") ?? 30)),
    Number(url.searchParams.get("page") ?? 1),
  ];
  const link = (number: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [page > 1 ? link(page - 1, "prev") : "", page * size < all.length ? link(page + 1, "next") : ""];
  json(response, 200, all.slice((page - 1) * size, page * size), {
    link: links.filter((one) => one !== "").join(", "),
  });
};

const createCheck = async (
  fake: FakePatchwork,
  patch: number,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> => {
  const text = await bodyOf(request);
  if (request.headers.authorization !== `Token ${TOKEN}`) return json(response, 403, { detail: "no" });
  // "You will receive 200 but the resource will not be updated."
  if (request.headers["content-type"] !== "application/json") return json(response, 200, {});
  if (fault?.kind === "cut" && !fault.kept) return void request.socket.destroy();
  const body = JSON.parse(text);
  const refused = refusal(body);
  if (refused !== null) return json(response, 400, refused);
  const list = fake.checks.get(patch) ?? [];
  const check = {
    description: null,
    target_url: null,
    context: "default",
    ...body,
    id: 100 + list.length,
    user: { id: 7, username: "bot" },
  };
  fake.checks.set(patch, [...list, check]);
  fake.created.push(text);
  if (fault?.kind === "cut") return void request.socket.destroy();
  if (fault?.kind === "half") {
    response.writeHead(201, { "content-length": "5000" }).write("{");
    setTimeout(() => request.socket.destroy(), 20);
    return;
  }
  json(response, 201, check);
};

const answer = async (fake: FakePatchwork, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? "", fake.origin);
  const at = fake.faults.findIndex((one) => one.kind !== "status" || (one.method ?? request.method) === request.method);
  const [fault] = at < 0 ? [] : fake.faults.splice(at, 1);
  if (fault?.kind === "status") return void response.writeHead(fault.status, fault.headers).end();
  if (fault?.kind === "silent") return;
  const [, patch] = /^\/pw\/api\/1\.3\/patches\/(\d+)\/checks\/$/.exec(url.pathname) ?? [];
  if (url.pathname === "/pw/api/1.3/patches/") return listPatches(fake, url.searchParams, response);
  if (patch === undefined || !fake.patches.some(({ id }) => id === Number(patch)))
    return json(response, 404, { detail: "Not found." });
  if (request.method === "POST") return createCheck(fake, Number(patch), request, response, fault);
  listChecks(fake, Number(patch), url, response);
};

/** Starts one with a patch 12 of the project "kvm", below the path /pw/. */
export const fakePatchwork = async (): Promise<FakePatchwork> => {
  const patches = [
    { id: 11, msgid: "<1@example.org>", project: "other" },
    { id: 12, msgid: "<1@example.org>", project: "kvm" },
  ];
  const state = { patches, checks: new Map<number, StoredCheck[]>(), faults: [] as Fault[], created: [] as string[] };
  const server = await serve((request, response) => void answer(fake, request, response));
  const fake: FakePatchwork = Object.assign(server, state);
  return fake;
};
