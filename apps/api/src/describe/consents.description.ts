import { CHANNELS, CONSENT_PURPOSES } from '@homing/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { FindConsentBody, GrantConsentBody, WithdrawConsentBody } from '../keep-consents/consent.bodies.js';
import { IMPORT_LIMIT } from '../keep-consents/consent.import.js';
import { answers, DescribeProblems } from './problem.description.js';
import { paging } from './read-outreach.description.js';
import { schemaOf } from './request.schema.js';
import type { Schema } from './schema.parts.js';

const filter = (name: string, words: readonly string[]): MethodDecorator =>
  ApiQuery({ name, required: false, schema: { type: 'string', enum: [...words] } });
const kept = (fresh: string): MethodDecorator[] => [
  answers(201, 'ConsentAnswer', fresh),
  answers(200, 'ConsentAnswer', 'It was there before'),
  answers(202, 'ConsentAnswer', 'Held by the bus and not done yet: until then it does not count'),
];
const once =
  'Said again under the same `key`, or the same `Idempotency-Key`, for the same purpose, it is there once. Neither address nor proof is kept: a keyed hash, and your reference.';

export const DescribeConsents = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listConsents',
      summary: 'What people allow, by address, channel and purpose; what was said last comes first',
      description:
        'Each with all that was ever said. Which addresses are a person’s is known from the requests that named them.',
    }),
    ApiQuery({ name: 'recipientId', required: false, description: 'your id of the person' }),
    ApiQuery({ name: 'contactId', required: false, description: 'of one address, as an answer named it' }),
    filter('channel', CHANNELS),
    filter('purpose', CONSENT_PURPOSES),
    filter('standing', ['granted', 'withdrawn', 'expired']),
    paging(),
    answers(200, 'ConsentPage', 'One page; without `nextCursor` it is the last'),
    DescribeProblems('invalid_fields'),
  );

export const DescribeFindConsents = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'findConsents',
      summary: 'What the person at one address allows, and all that was said',
      description:
        'The address stands in the body, and so in no log. Of a phone number: on every channel that uses it.',
    }),
    ApiBody({ required: true, schema: schemaOf(FindConsentBody) }),
    answers(200, 'FoundConsents', 'As it stands'),
    DescribeProblems('malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );

export const DescribeGrant = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'grantConsent', summary: 'Keep the consent of a person', description: once }),
    ApiBody({ required: true, schema: schemaOf(GrantConsentBody) }),
    ...kept('It is kept'),
    DescribeProblems('malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );

export const DescribeWithdraw = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'withdrawConsent',
      summary: 'Withdraw the consent of a person',
      description: `Counts for every message of that purpose on that channel, those already planned included, from the answer on, and whether or not consent is required. ${once}`,
    }),
    ApiBody({ required: true, schema: schemaOf(WithdrawConsentBody) }),
    ...kept('It is withdrawn'),
    DescribeProblems('malformed_json', 'invalid_fields', 'unsupported_media_type'),
  );

export const DescribeImport = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'importConsents',
      summary: `Keep up to ${IMPORT_LIMIT} words, each with its own answer`,
      description:
        'One that cannot be read holds up no other. Give each a `key`, or its `at`: the whole call can be repeated then, and what was kept says `unchanged`.',
    }),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        required: ['items'],
        properties: {
          items: {
            type: 'array',
            minItems: 1,
            maxItems: IMPORT_LIMIT,
            items: { oneOf: [word('granted'), word('withdrawn')] },
          },
        },
      },
    }),
    answers(200, 'ConsentImport', 'What became of each, in the order given'),
    DescribeProblems('malformed_json', 'invalid_fields', 'body_too_large', 'unsupported_media_type'),
  );

function word(kind: 'granted' | 'withdrawn'): Schema {
  const schema = schemaOf(kind === 'granted' ? GrantConsentBody : WithdrawConsentBody);
  return {
    ...schema,
    required: ['kind', ...((schema['required'] ?? []) as string[])],
    properties: { kind: { type: 'string', enum: [kind] }, ...(schema['properties'] as Record<string, Schema>) },
  };
}
