/** The checkpoint of the rows: `currentPosition()` is where it stands. */
export const PROJECTION = 'read-model';
