import type { Channel } from '@homing/contracts';
import { compileBody } from './compiled-body.cache.js';
import type { Bodies, BodyPart, ChannelBodies, ContentFault, TemplateReport } from './content.types.js';
import { engineOf } from './liquid.engine.js';

type Finding = { readonly variables: readonly string[]; readonly fault?: ContentFault };

/** Reads every body without rendering: which variables it names and what is wrong with it. Never throws for bad content. */
export function validateTemplate(bodies: ChannelBodies): TemplateReport {
  const variables = new Set<string>();
  const faults: (ContentFault & { channel: Channel })[] = [];
  for (const [channel, parts] of Object.entries(bodies) as [Channel, ChannelBodies[Channel]][]) {
    if (parts?.html === undefined && parts?.text === undefined) faults.push({ kind: 'no_body', channel });
    for (const [part, source] of sourcesOf(parts)) {
      const finding = inspect(part, source);
      for (const name of finding.variables) variables.add(name);
      if (finding.fault !== undefined) faults.push({ ...finding.fault, channel });
    }
  }
  variables.delete('branding');
  return { variables: [...variables].sort(), faults };
}

function sourcesOf(bodies: Bodies | undefined): (readonly [BodyPart, string])[] {
  const texts = (['subject', 'html', 'text'] as const).map((part) => [part, bodies?.[part]] as const);
  const parameters = (bodies?.providerTemplate?.parameters ?? []).map((source) => ['parameter', source] as const);
  return [...texts, ...parameters].flatMap(([part, source]) => (source === undefined ? [] : [[part, source] as const]));
}

function inspect(part: BodyPart, source: string): Finding {
  if (source.includes('\u0000'))
    return { variables: [], fault: { kind: 'syntax', part, line: 1, reason: 'holds a NUL character' } };
  const body = compileBody(part, source);
  if (body.kind === 'fault') return { variables: [], fault: body.fault };
  return { variables: engineOf(part).globalVariablesSync(body.nodes) };
}
