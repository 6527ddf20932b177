export interface Room {
  readonly name: string;
  /** Relative to the root. */
  readonly path: string;
  readonly tags: readonly string[];
}
export function allRooms(root: string): Room[];
export function importsOf(root: string, room: Pick<Room, 'path'>): string[];
export function productionRooms(root: string): Room[];
export function productionPackages(root: string): string[];
