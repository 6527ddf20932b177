/** What a terminal or a pipe says when nobody reads it any more. */
const GONE = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

let watched = false;
let gone = false;

/**
 * Writes to stdout for as long as somebody reads it. A closed terminal or pipe (`npm start | head`) ends the showing, nothing
 * else: what runs goes on and its files are written.
 */
export function toTerminal(text: string): void {
  if (!watched) process.stdout.on('error', forget);
  watched = true;
  if (!gone) process.stdout.write(text);
}

function forget(error: NodeJS.ErrnoException): void {
  if (!GONE.has(error.code ?? '')) throw error;
  gone = true;
}
