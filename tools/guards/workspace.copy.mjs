// A copy of the workspace in which a guard can be taken out: files are hard links, packages are links to the originals. What is
// built comes along as it is, for tests that need the embedded stores; tests of a guard run on the sources.
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LEFT_OUT = new Set(['node_modules', '.git', '.nx', '.test', '.local']);

export class WorkspaceCopy {
  /** @param {string} root the workspace */
  constructor(root) {
    this.root = root;
    this.place = mkdtempSync(join(tmpdir(), 'homing-guards-'));
    linkTree(root, this.place);
    linkPackages(join(root, 'node_modules'), join(this.place, 'node_modules'));
  }

  /** Writes a file anew, never into the original it is linked with. @throws Error unless the text stands there exactly once */
  replace(file, find, replace) {
    const text = readFileSync(join(this.root, file), 'utf8');
    const found = text.split(find).length - 1;
    if (found !== 1) throw new Error(`its code was found ${found} times in ${file}`);
    const path = join(this.place, file);
    unlinkSync(path);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }

  restore(file) {
    unlinkSync(join(this.place, file));
    link(join(this.root, file), join(this.place, file));
  }

  remove() {
    rmSync(this.place, { recursive: true, force: true });
  }
}

function linkTree(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (LEFT_OUT.has(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      mkdirSync(target);
      linkTree(source, target);
    } else if (entry.isFile()) link(source, target);
  }
}

/** The workspace's own rooms lead into the copy; everything else leads to what is installed. */
function linkPackages(from, to) {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name !== '@homing') symlinkSync(join(from, name), join(to, name));
  }
  mkdirSync(join(to, '@homing'));
  for (const room of readdirSync(join(from, '@homing')))
    symlinkSync(readlinkSync(join(from, '@homing', room)), join(to, '@homing', room));
}

function link(source, target) {
  try {
    linkSync(source, target);
  } catch (error) {
    // Another file system.
    if (error.code !== 'EXDEV') throw error;
    copyFileSync(source, target);
  }
}
