import { SequenceDto, StepDto, STEP_CONDITIONS } from '@homing/contracts';
import { schemaOf } from './request.schema.js';
import { list, partial, ref, text, whole, type Schema } from './schema.parts.js';

/** A tenant's settings with its sequences by name. */
export function withSequences(schema: Schema): Schema {
  const properties = schema['properties'] as Record<string, Schema>;
  const sequences = { type: 'object', description: 'by name', additionalProperties: ref('SequenceSettings') };
  return { ...schema, properties: { ...properties, sequences } };
}

const until = { type: 'string', enum: [...STEP_CONDITIONS] };
const strategy = { type: 'string', enum: ['single', 'fallback', 'parallel'] };
const step = schemaOf(StepDto)['properties'] as Record<string, Schema>;

/** Of one step as it was answered or recorded. */
export const chainStep = (channel: Schema): Readonly<Record<string, Schema>> => ({
  step: whole,
  channel,
  template: text,
  waitHours: { type: 'number', description: 'how long it has for `until`, from its first attempt on' },
  until: { ...until, description: 'what must come of it, else the next step follows' },
});

export const SEQUENCE_SCHEMAS: Readonly<Record<string, Schema>> = {
  SequenceSettings: schemaOf(SequenceDto),
  Sequence: partial(
    {
      name: text,
      description: text,
      strategy,
      steps: list(partial(step, ['step', 'channel', 'waitHours', 'until'])),
      owner: { type: 'string', enum: ['product', 'tenant'] },
      version: { ...whole, description: 'as decisions record it: of the settings it stands in; 0 is the product’s' },
      settingsVersion: { ...whole, description: 'of the tenant’s settings as a whole, for a change' },
    },
    ['name', 'strategy', 'steps', 'owner', 'version', 'settingsVersion'],
  ),
  SequenceList: partial({ items: list(ref('Sequence')) }, ['items']),
};
