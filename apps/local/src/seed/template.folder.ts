import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NewTemplate } from '@homing/vault/registry';

type Bodies = NewTemplate['bodies'];
interface TemplateFile {
  description?: string;
  variables: string[];
}

/**
 * Reads `<folder>/<templateId>/template.json` ({ description, variables }) and its bodies beside it, one file each:
 * `<channel>.<subject|html|text>.liquid`. No folder: no templates.
 * @throws Error naming the file that cannot be used.
 */
export function readTemplates(folder: string, tenantId: string): NewTemplate[] {
  if (!existsSync(folder)) return [];
  const ids = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ids.map(({ name: templateId }) => {
    const { description, variables } = describe(join(folder, templateId, 'template.json'));
    const bodies = readBodies(join(folder, templateId));
    return { tenantId, templateId, bodies, variables, ...(description ? { description } : {}) };
  });
}

function describe(file: string): TemplateFile {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as TemplateFile;
    if (Array.isArray(found.variables)) return found;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  throw new Error(`${file} must have "variables", a list of names`);
}

function readBodies(folder: string): Bodies {
  const bodies: Record<string, Record<string, string>> = {};
  for (const name of readdirSync(folder)) {
    const [, channel, part] = /^([a-z_]+)\.(subject|html|text)\.liquid$/.exec(name) ?? [];
    if (!channel || !part) continue;
    bodies[channel] = { ...bodies[channel], [part]: readFileSync(join(folder, name), 'utf8').trimEnd() };
  }
  return bodies;
}
