import { MOST_WEBHOOK_KEYS, WEBHOOK_PROVIDERS } from '@homing/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam } from '@nestjs/swagger';
import { answers, DescribeProblems } from './problem.description.js';
import { instant, list, record, text, whole, type Schema } from './schema.parts.js';

const provider: Schema = { type: 'string', enum: [...WEBHOOK_PROVIDERS] };
const name: Schema = { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]{0,62}$' };
const use = {
  type: 'string',
  enum: ['challenge'],
  description: 'the word `meta` is given with the address and must know; it signs nothing. Without it the key signs',
};
const account = record(
  {
    provider,
    account: name,
    path: { ...text, description: 'where the provider calls, after the public address of ingestion' },
    version: whole,
    keys: list(record({ id: name, notAfter: instant, use }, ['notAfter', 'use'])),
    updatedAt: instant,
    status: { type: 'string', enum: ['published', 'pending'] },
  },
  ['status'],
);
const count = { type: 'integer', minimum: 0 };
const health = record(
  {
    provider,
    account: name,
    keys: { ...count, description: 'keys in force' },
    valid: { ...count, description: 'verified and stored' },
    forged: count,
    stale: { ...count, description: 'of the forged: signed, but too old or too new' },
    unreadable: { ...count, description: 'elements of valid webhooks that are dead letters now' },
    notStored: { ...count, description: 'told to come again' },
    lastValidAt: instant,
    lastForgedAt: instant,
  },
  ['account', 'lastValidAt', 'lastForgedAt'],
);

export const WEBHOOK_SCHEMAS: Readonly<Record<string, Schema>> = {
  WebhookAccount: account,
  WebhookAccounts: record({ items: list(account) }),
  WebhookHealth: record({ items: list(health) }),
};

const named = (): MethodDecorator =>
  applyDecorators(
    ApiParam({ name: 'provider', schema: provider as object }),
    ApiParam({ name: 'account', description: 'yours to choose; part of the path', schema: name as object }),
  );

export const DescribeWebhookAccounts = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'listWebhookAccounts', summary: 'The tenant’s own accounts whose webhooks are heard' }),
    answers(200, 'WebhookAccounts', 'All of them; keys are named, never shown'),
    DescribeProblems('not_configured'),
  );

export const DescribeFindWebhookAccount = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'findWebhookAccount', summary: 'One account, and which of its keys are in force' }),
    named(),
    answers(200, 'WebhookAccount', 'As it stands'),
    DescribeProblems('not_found', 'invalid_fields', 'not_configured'),
  );

export const DescribePutWebhookAccount = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'putWebhookAccount',
      summary: 'Say with which keys a provider signs for an account of the tenant’s own',
      description:
        'Replaces the list: a key without `key` goes on as it is, one that is not named is out of force within a second. While a key is replaced, have both in force, the old one with `notAfter`. Keys are sealed to ingestion at once and never shown again. The account speaks for the caller’s tenant alone.',
    }),
    named(),
    ApiBody({
      required: true,
      schema: record({
        keys: {
          ...list(
            record({ id: name, key: { type: 'string', minLength: 16, maxLength: 4096 }, notAfter: instant, use }, [
              'key',
              'notAfter',
              'use',
            ]),
          ),
          maxItems: MOST_WEBHOOK_KEYS,
        },
      }) as object,
    }),
    answers(200, 'WebhookAccount', 'In force within a second'),
    answers(202, 'WebhookAccount', 'Kept; in force as soon as the bus is back'),
    DescribeProblems(
      'malformed_json',
      'invalid_fields',
      'unsupported_media_type',
      'different_content',
      'limit_reached',
      'not_configured',
    ),
  );

export const DescribeRemoveWebhookAccount = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'removeWebhookAccount',
      summary: 'Take all keys of an account out of force: nobody may call there any more',
    }),
    named(),
    answers(200, 'WebhookAccount', 'Out of force within a second'),
    answers(202, 'WebhookAccount', 'Kept; out of force as soon as the bus is back'),
    DescribeProblems('not_found', 'invalid_fields', 'not_configured'),
  );

export const DescribeWebhookHealth = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'readWebhookHealth',
      summary: 'What came of the webhooks of each provider and account in the last seven days',
      description: 'Told by ingestion every few seconds; what a killed process had not told yet is missing.',
    }),
    answers(200, 'WebhookHealth', 'By provider and account'),
    DescribeProblems(),
  );
