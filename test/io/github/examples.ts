/** Real deliveries, collected by the makers of octokit, and how far a payload that was made here looks like them. */
import { createRequire } from "node:module";
import type { Json } from "./fill.js";

export interface Example {
  event: string;
  action: string | null;
  payload: Json;
}

const OURS: Record<string, readonly (string | null)[]> = {
  pull_request: ["opened", "synchronize", "reopened", "ready_for_review"],
  issue_comment: ["created"],
  check_run: ["rerequested"],
  push: [null],
};

/** All real examples of the events that the App listens to. */
export function realExamples(): Example[] {
  const require = createRequire(import.meta.url);
  const all = require("@octokit/webhooks-examples") as { name: string; examples: Json[] }[];
  return all.flatMap(({ name, examples }) =>
    examples
      .map((payload): Example => ({ event: name, action: (payload.action as string | undefined) ?? null, payload }))
      .filter(({ event, action }) => OURS[event]?.includes(action)),
  );
}

/** Every shape that a value takes at one place of the examples. */
interface Shape {
  types: Set<string>;
  objects: number;
  properties: Map<string, { shape: Shape; seen: number }>;
  items: Shape | null;
}

const newShape = (): Shape => ({ types: new Set(), objects: 0, properties: new Map(), items: null });

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

function learn(shape: Shape, value: unknown): void {
  shape.types.add(typeOf(value));
  if (Array.isArray(value)) {
    shape.items ??= newShape();
    for (const one of value) learn(shape.items, one);
  } else if (typeOf(value) === "object") {
    shape.objects++;
    for (const [name, one] of Object.entries(value as Json)) {
      const known = shape.properties.get(name) ?? { shape: newShape(), seen: 0 };
      known.seen++;
      learn(known.shape, one);
      shape.properties.set(name, known);
    }
  }
}

function* compare(shape: Shape, value: unknown, path: string): Generator<string> {
  const type = typeOf(value);
  const known = [...shape.types].filter((one) => one !== "null");
  if (type !== "null" && known.length > 0 && !known.includes(type))
    yield `${path} is ${type}, in real ones ${known.join(" or ")}`;
  if (Array.isArray(value)) {
    for (const one of value) if (shape.items !== null) yield* compare(shape.items, one, `${path}[]`);
  } else if (type === "object") {
    for (const [name, { shape: inner, seen }] of shape.properties) {
      if (!Object.hasOwn(value as Json, name)) {
        if (seen === shape.objects) yield `${path}.${name} is missing, real ones all have it`;
      } else yield* compare(inner, (value as Json)[name], `${path}.${name}`);
    }
  }
}

/** Where a payload differs from all real ones of its event and action: what is missing in it, or of another type. */
export function differences(event: string, payload: Json): string[] {
  const shape = newShape();
  const alike = realExamples().filter(
    (one) => one.event === event && one.action === ((payload.action as string | undefined) ?? null),
  );
  for (const one of alike) learn(shape, one.payload);
  if (alike.length === 0) return [`no real example of ${event}`];
  return [...new Set(compare(shape, payload, ""))];
}
