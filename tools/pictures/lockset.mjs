// Control flow, locks and identity of one function, and how two threads meet in it: all of it asked of the engine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixture, functionOf, report } from "./engine.mjs";
import { arrow, block, box, dot, line, picture, text, wrap } from "./svg.mjs";

const PATH = "arch/riscv/kvm/start.c";
const NAME = "start_peer";
const RULE = "kvm/check-then-act";
const WHOSE = {
  self: "the running thread's own",
  other: "another thread's",
  param: "the caller's argument",
  unknown: "not known",
};

function findingOf(source) {
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  try {
    mkdirSync(join(folder, "arch/riscv/kvm"), { recursive: true });
    writeFileSync(join(folder, PATH), source);
    return report(["--tree", folder, "--scan", PATH]).findings.find(({ rule }) => rule === RULE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is said beside a line: what becomes of locks there, or which are held where something is read or written. */
function noteOf(events, number, sites) {
  const here = events.filter((event) => event.line === number);
  const lock = here.find(({ kind }) => kind === "lock" || kind === "unlock");
  if (lock) return { words: `${lock.kind === "lock" ? "takes" : "gives back"} ${lock.lock.show}`, cls: "s" };
  const access = here.find(({ kind }) => kind === "read" || kind === "write");
  if (!access) return null;
  const held = access.held.map((one) => one.lock.show);
  const site = sites.find((one) => one.line === number);
  return {
    words: `${site?.role ?? access.kind}: ${held.length === 0 ? "no lock held" : `holding ${held.join(", ")}`}`,
    cls: held.length === 0 ? "s bad" : "s good",
  };
}

/** Source lines of a block, by the places of its steps. */
function linesOf({ steps }, { lineAt, lines }) {
  const numbers = steps.flatMap((step) => {
    const offset = step.expr?.at ?? step.at ?? step.declarator?.init?.at ?? step.declarator?.at;
    return offset === undefined ? [] : [lineAt(offset)];
  });
  return [...new Set(numbers)].sort((a, b) => a - b).map((number) => [number, lines[number - 1].trim()]);
}

/** Blocks that can be reached, those on the way to the last in one column, ways out before it in another. */
function placed(f) {
  const { blocks, entry } = f.cfg;
  const reach = (from, seen = new Set()) => {
    if (seen.has(from)) return seen;
    seen.add(from);
    for (const { to } of blocks[from].edges) reach(to, seen);
    return seen;
  };
  const all = [...reach(entry)].sort(
    (a, b) => (linesOf(blocks[a], f)[0]?.[0] ?? 0) - (linesOf(blocks[b], f)[0]?.[0] ?? 0),
  );
  const last = all.at(-1);
  return all.map((id) => ({ id, side: !reach(id).has(last), lines: linesOf(blocks[id], f), edges: blocks[id].edges }));
}

const [LEFT, WIDTH, RIGHT, NARROW] = [24, 520, 580, 336];

function flow(f, sites, top) {
  const [body, found] = [[], new Map()];
  let y = top;
  for (const one of placed(f)) {
    const rows = one.lines.flatMap(([number, code]) => {
      const note = noteOf(f.events, number, sites);
      return [
        { number, code, cls: "m" },
        ...(note && !one.side ? [{ number: null, code: note.words, cls: note.cls }] : []),
      ];
    });
    const height = rows.length * 18 + 14;
    const at = { ...one, x: one.side ? RIGHT : LEFT, width: one.side ? NARROW : WIDTH, height, rows };
    // A way out stands beside the end of the block it comes from.
    const from = [...found.values()].at(-1);
    at.y = one.side ? from.y + from.height - height : y;
    if (!one.side) y += height + 28;
    found.set(one.id, at);
  }
  for (const { x, y: at, width, height, rows, edges, lines } of found.values()) {
    const bad = lines.some(([number]) => sites.some((site) => site.line === number && site.role === "act"));
    body.push(box(x, at, width, height, bad ? "badbox" : "box"));
    rows.forEach(({ number, code, cls }, n) => {
      if (number !== null) body.push(text(x + 30, at + 21 + n * 18, String(number), "s end"));
      body.push(text(x + (number === null ? 64 : 40), at + 21 + n * 18, code, cls, width - 44));
    });
    for (const { to } of edges) {
      const next = found.get(to);
      if (next.side)
        body.push(
          arrow([
            [x + width, next.y + 16],
            [next.x, next.y + 16],
          ]),
        );
      else
        body.push(
          arrow([
            [x + 60, at + height],
            [x + 60, next.y],
          ]),
        );
    }
  }
  return { body, bottom: y - 28 };
}

/** The steps of two threads, one below the other as they happen. */
function meeting(finding, top) {
  const [a, b, room] = [48, 448, 350];
  const body = [text(a, top, "Thread A", "b"), text(b, top, "Thread B", "b")];
  let y = top + 28;
  for (const { thread, text: words } of finding.interleaving) {
    const lines = wrap(words, room);
    const x = thread === "A" ? a : b;
    body.push(dot(x - 14, y - 4), block(x, y, lines));
    y += lines.length * 17 + 12;
  }
  body.unshift(line(a - 14, top + 12, a - 14, y - 14, "way dash"), line(b - 14, top + 12, b - 14, y - 14, "way dash"));
  return { body, bottom: y };
}

export function lockset() {
  const source = fixture("start.c");
  const [f, finding] = [functionOf(PATH, source, NAME), findingOf(source)];
  const sites = finding.witness.filter((site) => site.function === NAME);
  const steps = flow(f, sites, 132);
  const whose = f.identities.map(([name, identity]) => `${name}: ${WHOSE[identity]}`);
  const acts = meeting(finding, steps.bottom + 86);
  const said = wrap(finding.message, 800, "b");
  const body = [
    text(24, 34, `Locks and identity along ${NAME}()`, "h"),
    text(
      24,
      58,
      "Boxes are blocks of the control flow graph. Below a line: the locks held there, as the engine has them.",
      "s",
      812,
    ),
    text(24, 88, "Whose object is it?", "b"),
    text(190, 88, whose.join("     "), "m", 640),
    text(
      24,
      110,
      "Told by where a value comes from (a getter, an iteration, a parameter), never by its name.",
      "s",
      812,
    ),
    steps.body,
    text(24, steps.bottom + 50, "So two threads can meet, in this order from top to bottom:", "b"),
    acts.body,
    block(24, acts.bottom + 20, said, "b"),
    text(24, acts.bottom + 22 + said.length * 17, `${finding.rule}, finding ${finding.id}`, "s"),
  ];
  const order = finding.interleaving.map(({ thread, text: words }) => `${thread}: ${words}`).join("; ");
  const desc = `${whose.join(", ")}. ${sites.map((s) => `Line ${s.line}, ${s.role}: ${s.locks.join(", ") || "no lock held"}`).join(". ")}. ${order}.`;
  return picture({
    width: 940,
    height: acts.bottom + 40 + said.length * 17,
    title: `Locks held along ${NAME}(), and how two threads meet`,
    desc,
    body,
  });
}
