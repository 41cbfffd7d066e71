import { componentSizes } from './graph.ts';
import { hasNeighbor, neighborsOf, type Member } from './member.ts';

/**
 * What must hold of a network that has come to rest, as named functions over the living peers' states. Each returns
 * what breaks it, in words, so that an empty list is the proof and anything else says where to look.
 */
export type Broken = readonly string[];

/** Where the members of a run are found: by id, and (the living ones) by address. */
export interface Directory {
  readonly live: readonly Member[];
  readonly byId: ReadonlyMap<string, Member>;
  readonly byAddress: ReadonlyMap<string, Member>;
}

export function directory(live: readonly Member[]): Directory {
  return {
    live,
    byId: new Map(live.map((member) => [member.id, member])),
    byAddress: new Map(live.map((member) => [member.address, member])),
  };
}

/** HyParView 4.1: the relation of active views is symmetric; if I list you, you list me. */
export function viewsAreMutual({ live, byId }: Directory): Broken {
  return live.flatMap((member) =>
    neighborsOf(member).flatMap(({ id }) => {
      const other = byId.get(id);
      const back = other !== undefined && neighborsOf(other).some((one) => one.id === member.id);
      return back
        ? []
        : [`${member.address} lists ${other?.address ?? `${id} (gone)`}, which does not list it`];
    }),
  );
}

/** HyParView 2.4, accuracy: no active view holds a peer that is not running, under its id of now. */
export function noDeadNeighbors({ live, byId }: Directory): Broken {
  return live.flatMap((member) =>
    neighborsOf(member).flatMap(({ id, shown }) =>
      byId.has(id) ? [] : [`${member.address} lists ${shown}, id ${id}, which is not running`],
    ),
  );
}

/** No view at all, active or passive, holds an id or an address that is not running. */
export function noGhosts(all: Directory): Broken {
  const passive = all.live.flatMap((member) =>
    [...(member.state?.overlay.passive.keys() ?? [])].flatMap((address) =>
      all.byAddress.has(address) ? [] : [`${member.address} remembers ${address}, where nobody is`],
    ),
  );
  return [...noDeadNeighbors(all), ...passive];
}

/** Every peer has a neighbor, when there is anyone else. */
export function noOneIsAlone({ live }: Directory): Broken {
  return live.length < 2
    ? []
    : live.filter((member) => !hasNeighbor(member)).map(({ address }) => `${address} has no neighbor`);
}

/** HyParView 2.3: active views hold at most as many as set, passive ones too, and neither holds oneself. */
export function viewSizesWithinBounds({ live }: Directory): Broken {
  return live.flatMap((member) => {
    const passive = member.state?.overlay.passive;
    const neighbors = neighborsOf(member);
    return [
      ...(neighbors.length > member.settings.activeView
        ? [`${member.address} has ${neighbors.length} neighbors`]
        : []),
      ...((passive?.size ?? 0) > member.settings.passiveView
        ? [`${member.address} remembers ${passive!.size}`]
        : []),
      ...(neighbors.some(({ id }) => id === member.id) ? [`${member.address} lists itself`] : []),
    ];
  });
}

/** HyParView 2.3, connectivity: sizes of the components of the active views' graph, links of either side counted. */
export function componentsOf({ live, byId }: Directory): readonly number[] {
  const place = new Map(live.map((member, at) => [member, at]));
  const edges = live.flatMap((member, at) =>
    neighborsOf(member).flatMap(({ id }) => {
      const other = byId.get(id);
      return other === undefined ? [] : [[at, place.get(other)!] as const];
    }),
  );
  return componentSizes(live.length, edges);
}

export function oneComponent(all: Directory): Broken {
  const sizes = componentsOf(all);
  return sizes.length <= 1
    ? []
    : [`${sizes.length} components, of ${sizes.slice(0, 5).join(', ')} ... peers`];
}
