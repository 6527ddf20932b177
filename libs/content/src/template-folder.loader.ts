import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isChannel } from '@homing/contracts';
import type { Channel } from '@homing/contracts';
import type { Bodies, BodyPart, ChannelBodies } from './content.types.js';
import { validateTemplate } from './template.validator.js';

export type FolderTemplate = {
  /** The folder's name. */
  readonly templateId: string;
  readonly description: string;
  readonly variables: readonly string[];
  readonly bodies: ChannelBodies;
};

type Description = { readonly channel: Channel; readonly description: string; readonly variables: readonly string[] };

/**
 * Reads `<path>/<templateId>/{template.json, subject.liquid, html.liquid, text.liquid}`, by name. `template.json`:
 * `{ description, variables, channel? }`, channel `email` when absent; at least one of html and text.
 * @throws {Error} naming the template, when one is incomplete, faulty, or names other variables than it uses
 */
export async function loadTemplateFolder(path: string): Promise<FolderTemplate[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const ids = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(ids.map((id) => loadTemplate(join(path, id), id)));
}

async function loadTemplate(folder: string, templateId: string): Promise<FolderTemplate> {
  const { channel, description, variables } = await readDescription(folder, templateId);
  const bodies: ChannelBodies = { [channel]: await readBodies(folder) };
  const report = validateTemplate(bodies);
  if (report.faults.length > 0) throw new Error(`Template ${templateId}: ${JSON.stringify(report.faults)}`);
  const declared = [...variables].sort().join(', ');
  if (declared !== report.variables.join(', '))
    throw new Error(`Template ${templateId} declares (${declared}) and uses (${report.variables.join(', ')}).`);
  return { templateId, description, variables, bodies };
}

async function readDescription(folder: string, templateId: string): Promise<Description> {
  const json = JSON.parse(await readFile(join(folder, 'template.json'), 'utf8')) as Record<string, unknown>;
  const { channel = 'email', description, variables } = json;
  const named = Array.isArray(variables) && variables.every((name): name is string => typeof name === 'string');
  if (!isChannel(channel) || typeof description !== 'string' || !named)
    throw new Error(`Template ${templateId}: template.json needs description, variables and, unless email, a channel.`);
  return { channel, description, variables };
}

async function readBodies(folder: string): Promise<Bodies> {
  const read = async (part: BodyPart): Promise<[BodyPart, string][]> => {
    try {
      return [[part, await readFile(join(folder, `${part}.liquid`), 'utf8')]];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  };
  return Object.fromEntries((await Promise.all([read('subject'), read('html'), read('text')])).flat());
}
