/** Who uses which name in a program, as it is kept between runs: numbers, so that no function has to be unpacked to be found. */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { Program } from "../analysis/program.js";
import { usersIn } from "../analysis/stale.js";
import { usesOf } from "../analysis/uses.js";

export interface PackedMentions {
  /** Names that are used; names of functions and macros that use some. With line ends between them. */
  names: string;
  users: string;
  /** For each name: where the list of its users ends, as places in `users`, and that of its callers, as places in the program. */
  userEnds: Uint32Array;
  userPlaces: Uint32Array;
  callerEnds: Uint32Array;
  callerPlaces: Uint32Array;
}

/** Numbers for names, in the order in which they come. */
class Places {
  readonly list: string[] = [];
  private readonly known = new Map<string, number>();

  of(name: string): number {
    const own = this.known.get(name) ?? this.list.push(name) - 1;
    this.known.set(name, own);
    return own;
  }
}

export function packMentions(program: Program): PackedMentions {
  const [names, users] = [new Places(), new Places()];
  const [usedBy, calledBy]: Set<number>[][] = [[], []];
  const add = (lists: Set<number>[], name: string, place: number): void => {
    const at = names.of(name);
    const own = lists[at] ?? new Set();
    lists[at] = own.add(place);
  };
  for (const file of program.files)
    for (const [name, some] of usersIn(file))
      for (const user of some) add(usedBy as Set<number>[], name, users.of(user));
  program.definitions.all.forEach(({ fn }, i) => {
    for (const name of usesOf(fn).calls) add(calledBy as Set<number>[], name, i);
  });
  const [user, caller] = [
    flat(usedBy as Set<number>[], names.list.length),
    flat(calledBy as Set<number>[], names.list.length),
  ];
  return {
    names: names.list.join("\n"),
    users: users.list.join("\n"),
    ...{ userEnds: user.ends, userPlaces: user.places },
    ...{ callerEnds: caller.ends, callerPlaces: caller.places },
  };
}

function flat(lists: readonly (Set<number> | undefined)[], length: number): { ends: Uint32Array; places: Uint32Array } {
  const places: number[] = [];
  const ends = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    for (const place of lists[i] ?? []) places.push(place);
    ends[i] = places.length;
  }
  return { ends, places: Uint32Array.from(places) };
}

/** Lets a program know who uses which name. */
export function unpackMentions(kept: PackedMentions, program: Program): void {
  const places = new Map(kept.names.split("\n").map((name, i) => [name, i]));
  const users = kept.users.split("\n");
  const among = (name: string, ends: Uint32Array, list: Uint32Array): Uint32Array => {
    const at = places.get(name);
    return at === undefined ? new Uint32Array() : list.subarray(at === 0 ? 0 : ends[at - 1], ends[at]);
  };
  program.callers.remember({
    users: (name) => Array.from(among(name, kept.userEnds, kept.userPlaces), (i) => users[i] as string),
    callers: (name) =>
      Array.from(among(name, kept.callerEnds, kept.callerPlaces), (i) => program.definitions.all[i] as ProgramFunction),
  });
}
