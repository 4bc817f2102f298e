/** Equal parts of events become one object; what the events say stays. */
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/analysis/events.js";
import { shareParts } from "../../src/analysis/share.js";
import { programOf } from "../engine.js";

const CODE = `
struct s { struct mutex lock; spinlock_t inner; int a; int b; };
int f(struct s *s, int n)
{
	mutex_lock(&s->lock);
	if (s->a && n) {
		spin_lock(&s->inner);
		s->b = s->a;
		spin_unlock(&s->inner);
		s->a = 0;
	}
	if (READ_ONCE(s->b))
		s->b++;
	mutex_unlock(&s->lock);
	return s->a;
}
`;

/** The events as they would be without sharing: nothing of one is an object of another, locks and checks apart. */
const apart = (events: readonly Event[]): Event[] =>
  events.map((e) => ({
    ...e,
    held: [...e.held],
    unsure: new Set(e.unsure),
    given: new Set(e.given),
    facts: [...e.facts],
    via: [...e.via],
  }));

describe("sharing parts of events", () => {
  const program = programOf({ "fs/x.c": CODE });
  const [f] = program.functions;
  const events = f === undefined ? [] : program.facts(f).events;

  it("keeps what they say", () => {
    const plain = apart(events);
    const shared = apart(events);
    shareParts(shared);
    expect(shared).toEqual(plain);
    expect(events.length).toBeGreaterThan(8);
  });

  it("leaves one object for each different part", () => {
    const shared = apart(events);
    shareParts(shared);
    const said = (e: Event): string => e.held.map((h) => `${h.lock.key}@${h.acquired}`).join();
    for (const [a, b] of shared.flatMap((x) => shared.map((y) => [x, y] as const))) {
      if (said(a) === said(b)) expect(a.held).toBe(b.held);
      else expect(a.held).not.toBe(b.held);
      if (a.via.join() === b.via.join()) expect(a.via).toBe(b.via);
      if ([...a.given].join() === [...b.given].join()) expect(a.given).toBe(b.given);
    }
    expect(new Set(shared.map((e) => e.held)).size).toBeGreaterThan(2);
  });
});
