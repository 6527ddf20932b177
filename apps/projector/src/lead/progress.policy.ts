/** What one look at a reader of the store saw. */
export interface Look {
  /** Milliseconds that never go back. */
  readonly at: number;
  readonly position: bigint;
  /** More of ours stands beyond the position. */
  readonly behind: boolean;
}

/** Since when a reader is behind and does not move; undefined while it moves or has nothing to do. */
export interface Standing {
  readonly position: bigint;
  readonly since: number | undefined;
}

/** Behind and not moving for so long is a stall, in milliseconds. */
export const STALLED_AFTER_MS = 15_000;
/** A leader that stalls for so long gives up its place: another one may do better. */
export const GIVE_UP_AFTER_MS = 60_000;

export function standing(before: Standing | undefined, look: Look): Standing {
  const { position, behind, at } = look;
  const moved = before?.position !== position;
  if (!behind) return { position, since: undefined };
  return { position, since: moved ? at : (before?.since ?? at) };
}

export const stalledFor = ({ since }: Standing, at: number): number => (since === undefined ? 0 : at - since);
