// Lays out what the production image holds of ours, from a built workspace: `node tools/production/assemble.mjs OUT`.
// The packages of others are installed beside it: `npm ci --omit=dev --omit=optional --workspaces=false`.
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { productionRooms } from './room.closure.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Programs and what they read; not what compilers left for themselves. */
const isShipped = (file) => !/\.(tsbuildinfo|d\.ts|d\.ts\.map)$/.test(file);

/** @returns the rooms it laid out. @throws Error naming a room that is not built */
export function assemble(out) {
  const rooms = productionRooms(root);
  for (const { name, path } of rooms) {
    const dist = join(root, path, 'dist');
    if (!existsSync(dist)) throw new Error(`${path} is not built: run "npm run build" first`);
    const target = join(out, path);
    mkdirSync(target, { recursive: true });
    cpSync(join(root, path, 'package.json'), join(target, 'package.json'));
    cpSync(dist, join(target, 'dist'), { recursive: true, filter: isShipped });
    const link = join(out, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), target), link);
  }
  cpSync(join(root, 'templates'), join(out, 'templates'), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'));
  cpSync(join(root, 'deploy', 'health-check.mjs'), join(out, 'health-check.mjs'));
  return rooms;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [out] = process.argv.slice(2);
  if (!out) {
    console.error('usage: node tools/production/assemble.mjs OUT');
    process.exit(2);
  }
  const rooms = assemble(resolve(out));
  console.log(`laid out ${rooms.length} rooms: ${rooms.map(({ path }) => path).join(', ')}`);
}
