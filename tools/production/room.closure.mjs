// Which rooms a production image holds: the services, the operator's commands, and whatever they import. Nothing else.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import typescript from 'typescript';

const isCode = (name) => /\.tsx?$/.test(name) && !/\.(spec|fixture)\.tsx?$/.test(name);
const isOfPackage = (specifier) => !/^(node:|\.|\/)/.test(specifier);

/** Every room of the workspace: `{ name, path, tags }`, path relative to the root. */
export function allRooms(root) {
  return ['apps', 'libs'].flatMap((part) =>
    readdirSync(join(root, part))
      .filter((room) => existsSync(join(root, part, room, 'package.json')))
      .map((room) => {
        const { name, nx } = JSON.parse(readFileSync(join(root, part, room, 'package.json'), 'utf8'));
        return { name, path: `${part}/${room}`, tags: nx?.tags ?? [] };
      }),
  );
}

/** What the code of a room imports, tests and fixtures apart: names of packages, ours and others. */
export function importsOf(root, { path }) {
  const files = readdirSync(join(root, path, 'src'), { recursive: true })
    .map(String)
    .filter(isCode);
  const specifiers = files.flatMap((file) => {
    const { importedFiles } = typescript.preProcessFile(
      readFileSync(join(root, path, 'src', file), 'utf8'),
      true,
      true,
    );
    return importedFiles.map(({ fileName }) => fileName);
  });
  const packageOf = (specifier) =>
    specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
  return [...new Set(specifiers.filter(isOfPackage).map(packageOf))];
}

const isConsole = ({ tags }) => tags.includes('scope:console');

/**
 * The rooms of the image in the order of their paths. The console is there as files of the browser, its imports are bundled.
 * @throws Error naming a development room (type:dev, type:dev-lib) that one of them imports
 */
export function productionRooms(root) {
  const rooms = allRooms(root);
  const byName = new Map(rooms.map((room) => [room.name, room]));
  const held = new Set();
  const hold = (room) => {
    if (held.has(room)) return;
    held.add(room);
    if (isConsole(room)) return;
    for (const name of importsOf(root, room)) if (byName.has(name)) hold(byName.get(name));
  };
  rooms.filter(({ tags }) => tags.includes('type:app') || tags.includes('type:operations')).forEach(hold);
  for (const { path, tags } of held)
    if (tags.some((tag) => tag.startsWith('type:dev')))
      throw new Error(`${path} is a development room and is imported by a service`);
  return [...held].sort((a, b) => a.path.localeCompare(b.path));
}

/** Packages of others that the image's programs import. */
export function productionPackages(root) {
  const rooms = productionRooms(root).filter((room) => !isConsole(room));
  const names = rooms.flatMap((room) => importsOf(root, room)).filter((name) => !name.startsWith('@homing/'));
  return [...new Set(names)].sort();
}
