/**
 * Functions of an older text of a file that a newer one holds unchanged. They are not read again: what was found out about
 * them still holds, and a patch costs what it touches and not the size of the file.
 */
import type { CFile, CFunction, Unit } from "./ast.js";
import type { Item } from "./items.js";

/** A function with the item it stands in; `unit` is set for one that an older text lent. */
export interface Read {
  fn: CFunction;
  item: Item;
  unit: Unit | null;
  /** Constructs that were passed over in it, counted. */
  passed: ReadonlyMap<string, number>;
}

/** FNV-1a over code units (Fowler, Noll, Vo; draft-eastlake-fnv). */
function hash(text: string, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = start; i < end; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

export class Known {
  private readonly byText = new Map<string, { fn: CFunction; unit: Unit }[]>();

  constructor(
    before: CFile,
    private readonly text: string,
  ) {
    for (const [fn, unit] of before.units ?? []) {
      const own = unit.file.text.slice(unit.start, unit.end);
      const list = this.byText.get(own);
      if (list === undefined) this.byText.set(own, [{ fn, unit }]);
      else list.push({ fn, unit });
    }
  }

  /** The function of the older text that an item would be read as; each is given once. */
  take(item: Item, prepassed: string): Read | undefined {
    const list = this.byText.get(this.text.slice(item.start, item.end));
    if (list === undefined || list.length === 0) return undefined;
    const mark = hash(prepassed, item.start, item.end);
    const i = list.findIndex((k) => k.unit.mark === mark);
    const [own] = i === -1 ? [] : list.splice(i, 1);
    return own === undefined ? undefined : { fn: own.fn, item, unit: own.unit, passed: own.unit.passed };
  }
}

/** Where the functions of a text were read from. */
export function unitsOf(read: readonly Read[], file: CFile, prepassed: string): Map<CFunction, Unit> {
  const units = new Map<CFunction, Unit>();
  const views = new Map<CFile, Map<number, CFile>>();
  for (const { fn, item, unit, passed } of read) {
    if (unit === null) {
      const { start, end } = item;
      units.set(fn, { start, end, mark: hash(prepassed, start, end), file, passed });
      continue;
    }
    const shift = file.lineAt(item.start) - unit.file.lineAt(unit.start);
    const own = views.get(unit.file) ?? new Map<number, CFile>();
    views.set(unit.file, own);
    const view = own.get(shift) ?? moved(unit.file, file, shift);
    own.set(shift, view);
    units.set(fn, { ...unit, file: view });
  }
  return units;
}

/** The older text of a file, some lines further down (or up); what is known of the file as a whole is the newer one's. */
const moved = (older: CFile, newer: CFile, shift: number): CFile => ({
  ...newer,
  text: older.text,
  comments: older.comments,
  lineAt: (offset) => older.lineAt(offset) + shift,
});
