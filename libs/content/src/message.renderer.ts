import { CompiledBodyCache } from './compiled-body.cache.js';
import type { BodyPart, ContentFault, RenderedMessage, RenderRequest, RenderResult } from './content.types.js';
import { textOfHtml } from './html.text.js';
import { engineOf } from './liquid.engine.js';
import { renderFault } from './liquid.faults.js';

const parts = ['subject', 'html', 'text'] as const;
/** RFC 5322: the longest line. */
const longestSubject = 998;
const longestBody = 1_000_000;
/** WhatsApp takes no more. */
const longestParameter = 1_024;

/** What a template may always name under `branding`. */
export const brandingNames = ['company', 'logoUrl', 'primaryColor', 'postalAddress', 'website'] as const;
const unbranded = Object.fromEntries(brandingNames.map((name) => [name, '']));

const compiled = {
  subject: new CompiledBodyCache('subject', 1_000),
  html: new CompiledBodyCache('html', 1_000),
  text: new CompiledBodyCache('text', 1_000),
  parameter: new CompiledBodyCache('parameter', 1_000),
};

/**
 * Makes the message of one channel. Bad content is an answer, never an exception.
 * - Of a template that the provider keeps the parameters are rendered, each one line; WhatsApp allows no other.
 * - Values in html are escaped whatever the template says; subjects are one line without control characters.
 * - A variable that is used and not given is `missing_variables`, with every missing name; conditions may ask for absent ones.
 */
export function renderMessage(request: RenderRequest): RenderResult {
  const { source, channel } = request;
  const bodies = source.bodies[channel];
  if (bodies === undefined || (bodies.html === undefined && bodies.text === undefined))
    return { kind: 'fault', fault: { kind: 'no_body', channel } };
  const rendered: Partial<Record<BodyPart, string>> = {};
  const faults: ContentFault[] = [];
  for (const part of parts) {
    const body = bodies[part];
    const result = body === undefined ? undefined : renderPart(request, body, part);
    if (typeof result === 'object') faults.push(result);
    else if (result !== undefined) rendered[part] = result;
  }
  const kept = source.kind === 'template' ? bodies.providerTemplate : undefined;
  const parameters = (kept?.parameters ?? []).map((parameter) => renderPart(request, parameter, 'parameter'));
  faults.push(...parameters.filter((result) => typeof result === 'object'));
  if (faults.length > 0) return { kind: 'fault', fault: worstOf(faults) };
  const template = kept && { ...kept, parameters: parameters.filter((result) => typeof result === 'string') };
  return { kind: 'rendered', message: { ...assemble(rendered), ...(template ? { template } : {}) } };
}

function renderPart(request: RenderRequest, body: string, part: BodyPart): string | ContentFault {
  const result = request.source.kind === 'literal' ? body : renderTemplate(part, body, request);
  if (typeof result === 'object') return result;
  const text = part === 'subject' || part === 'parameter' ? oneLine(result) : result;
  const longest = { subject: longestSubject, parameter: longestParameter, html: longestBody, text: longestBody }[part];
  return text.length > longest ? { kind: 'render', part, line: 1, reason: 'too_long' } : text;
}

function renderTemplate(part: BodyPart, body: string, { data, branding }: RenderRequest): string | ContentFault {
  const result = compiled[part].get(body);
  if (result.kind === 'fault') return result.fault;
  try {
    const scope = { ...data, branding: { ...unbranded, ...branding } };
    return String(engineOf(part).renderSync(result.nodes, scope));
  } catch (error) {
    return renderFault(part, error);
  }
}

/** No text can add a header: line breaks and every other control character become a space. */
function oneLine(subject: string): string {
  return subject.replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();
}

/** What the author must mend first; the missing names of all parts are told together. */
function worstOf(faults: readonly ContentFault[]): ContentFault {
  const names = faults.flatMap((fault) => (fault.kind === 'missing_variables' ? fault.names : []));
  const other = faults.find((fault) => fault.kind !== 'missing_variables');
  return other ?? { kind: 'missing_variables', names: [...new Set(names)].sort() };
}

function assemble(rendered: Partial<Record<BodyPart, string>>): RenderedMessage {
  const { subject, html } = rendered;
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(html === undefined ? {} : { html }),
    text: rendered.text ?? textOfHtml(html ?? ''),
  };
}
