import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isChannel } from '@homing/contracts';
import type { Channel } from '@homing/contracts';
import type { Bodies, BodyPart, ChannelBodies, ProviderTemplateBody } from './content.types.js';
import { validateTemplate } from './template.validator.js';

export type FolderTemplate = {
  /** The folder's name. */
  readonly templateId: string;
  readonly description: string;
  readonly variables: readonly string[];
  readonly bodies: ChannelBodies;
};

type Description = { readonly description: string; readonly variables: readonly string[] };

const providerFile = 'whatsapp.template.json';
const bodyFile = /^([a-z_]+)\.(subject|html|text)\.liquid$/;

/**
 * Reads `<path>/<templateId>/template.json` (`{ description, variables }`) and beside it a file for each body,
 * `<channel>.<subject|html|text>.liquid`; for WhatsApp also `whatsapp.template.json` (`{ name, language, parameters }`: a template that
 * the provider keeps, Liquid for its placeholders). Sorted by template id.
 * @throws {Error} naming the template, when one is incomplete, faulty, or declares other variables than it uses
 */
export async function loadTemplateFolder(path: string): Promise<FolderTemplate[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const ids = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(ids.sort().map((id) => loadTemplate(join(path, id), id)));
}

async function loadTemplate(folder: string, templateId: string): Promise<FolderTemplate> {
  const { description, variables } = await readDescription(folder, templateId);
  const bodies = await readBodies(folder, templateId);
  const report = validateTemplate(bodies);
  if (report.faults.length > 0) throw new Error(`Template ${templateId}: ${JSON.stringify(report.faults)}`);
  const declared = [...variables].sort().join(', ');
  if (declared !== report.variables.join(', '))
    throw new Error(`Template ${templateId} declares (${declared}) and uses (${report.variables.join(', ')}).`);
  return { templateId, description, variables, bodies };
}

async function readDescription(folder: string, templateId: string): Promise<Description> {
  const json = JSON.parse(await readFile(join(folder, 'template.json'), 'utf8')) as Record<string, unknown>;
  const { description, variables } = json;
  const named = Array.isArray(variables) && variables.every((name): name is string => typeof name === 'string');
  if (typeof description !== 'string' || !named)
    throw new Error(`Template ${templateId}: template.json needs a description and a list of variables.`);
  return { description, variables };
}

async function readBodies(folder: string, templateId: string): Promise<ChannelBodies> {
  const bodies: Partial<Record<Channel, Bodies>> = {};
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.liquid'))) {
    const [, channel, part] = bodyFile.exec(file) ?? [];
    if (!isChannel(channel)) throw new Error(`Template ${templateId}: ${file} is not <channel>.<part>.liquid.`);
    const body = (await readFile(join(folder, file), 'utf8')).trimEnd();
    bodies[channel] = { ...bodies[channel], [part as Exclude<BodyPart, 'parameter'>]: body };
  }
  const kept = await readProviderTemplate(folder, templateId);
  if (kept) bodies.whatsapp = { ...bodies.whatsapp, providerTemplate: kept };
  if (Object.keys(bodies).length === 0) throw new Error(`Template ${templateId} has no body.`);
  return bodies;
}

async function readProviderTemplate(folder: string, templateId: string): Promise<ProviderTemplateBody | undefined> {
  if (!(await readdir(folder)).includes(providerFile)) return undefined;
  const json = JSON.parse(await readFile(join(folder, providerFile), 'utf8')) as Record<string, unknown>;
  const { name, language, parameters } = json;
  const listed = Array.isArray(parameters) && parameters.every((each): each is string => typeof each === 'string');
  const named = typeof name === 'string' && /^\w{1,512}$/.test(name);
  if (!named || typeof language !== 'string' || !/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/.test(language) || !listed)
    throw new Error(
      `Template ${templateId}: ${providerFile} needs a name, a language such as en_US and a list of parameters.`,
    );
  return { name, language, parameters };
}
