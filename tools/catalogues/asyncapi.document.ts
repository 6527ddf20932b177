import {
  INBOUND_CLASSES,
  CHANNELS,
  CONVERSION_KIND,
  LIFT_REASONS,
  MOST_FACTS,
  PROVIDER_FACT_KINDS,
  TRANSITIONS,
} from '@homing/contracts';
import { consentCommands } from './consent.schema.js';
import { deadLetterMessage } from './dead-letter.schema.js';
import { requestSchema } from '../../apps/api/src/describe/request.schema.js';

type Json = Record<string, unknown>;

const text = (description: string): Json => ({ type: 'string', description });
const uuid: Json = { type: 'string', format: 'uuid' };
const instant: Json = { type: 'string', format: 'date-time' };
const decimal = (description: string): Json => ({ type: 'string', pattern: '^\\d+$', description });
const channel: Json = { type: 'string', enum: [...CHANNELS] };
const deliveryId = text('`{outreachId}.{leg}`');

const object = (properties: Record<string, Json>, required: readonly string[]): Json => ({
  type: 'object',
  properties,
  required: [...required],
});

/** CloudEvents 1.0 around the data of one message. */
const cloudEvent = (data: Json, required = ['data']): Json =>
  object(
    {
      specversion: { const: '1.0' },
      id: text('with `source`, what makes a repeat'),
      source: text('who publishes'),
      type: text('kind of event'),
      time: instant,
      tenantid: uuid,
      traceparent: text('W3C trace context'),
      dataref: text('claim check: the data rests in the vault'),
      data,
    },
    ['specversion', 'id', 'source', 'type', ...required],
  );

const transitionSchema = object(
  {
    tenantId: uuid,
    outreachId: uuid,
    transition: { type: 'string', enum: [...TRANSITIONS] },
    position: decimal('place in the whole log'),
    revision: decimal('place in the outreach’s stream'),
    occurredAt: instant,
    deliveryId,
    leg: { type: 'integer' },
    channel,
    attempt: { type: 'integer' },
    reason: text('code'),
  },
  ['tenantId', 'outreachId', 'transition', 'position', 'revision', 'occurredAt'],
);
const signalSchema = object(
  {
    provider: text('lower-case key'),
    channel,
    tenantId: uuid,
    deliveryId,
    attempt: { type: 'integer' },
    fact: { type: 'string', enum: [...PROVIDER_FACT_KINDS] },
    occurredAt: instant,
    providerEventId: text('the key on which a repeat takes effect once'),
    providerMessageId: text('the provider’s id of the message'),
    subtype: { type: 'string', enum: ['hard', 'soft'] },
    code: text('from a fixed list'),
    machine: { type: 'boolean' },
    receivedAt: instant,
    payloadDigest: text('SHA-256, hex'),
  },
  ['provider', 'channel', 'fact', 'occurredAt', 'providerEventId', 'receivedAt', 'payloadDigest'],
);
const signalsSchema = object({ facts: { type: 'array', minItems: 2, maxItems: MOST_FACTS, items: signalSchema } }, [
  'facts',
]);
const inboundSchema = object(
  {
    provider: text('lower-case key'),
    channel,
    kind: { type: 'string', enum: ['message', 'receipt', 'alias'] },
    eventDigest: text('SHA-256 (hex) of the provider’s event id: the key on which a repeat takes effect once'),
    receivedAt: instant,
    tenantId: text('of whom the account is that was called'),
    sealed: text('base64; opened at the desk only'),
  },
  ['provider', 'channel', 'kind', 'eventDigest', 'receivedAt', 'sealed'],
);
const receivedSchema = object(
  {
    inboundId: uuid,
    tenantId: uuid,
    channel,
    provider: text('lower-case key'),
    class: { type: 'string', enum: [...INBOUND_CLASSES] },
    outreachId: { ...uuid, description: 'what it answers, where that is known' },
    deliveryId,
    occurredAt: instant,
    receivedAt: instant,
  },
  ['inboundId', 'tenantId', 'channel', 'provider', 'class', 'occurredAt', 'receivedAt'],
);
const dispatchSchema = object(
  {
    tenantId: uuid,
    outreachId: uuid,
    deliveryId,
    leg: { type: 'integer' },
    channel,
    attempt: { type: 'integer' },
    wake: { type: 'integer' },
    revision: decimal('revision the state was folded at'),
    state: { type: 'object', description: 'folded outreach; internal' },
    expiresAt: instant,
  },
  ['tenantId', 'outreachId', 'deliveryId', 'leg', 'channel', 'attempt', 'wake', 'revision', 'state', 'expiresAt'],
);

const {
  revision: _revision,
  state: _state,
  expiresAt: _expiresAt,
  ...ofDispatch
} = dispatchSchema['properties'] as Record<string, Json>;
const lookUpSchema = object(ofDispatch, Object.keys(ofDispatch));
const ofOutreach: Json = { tenantId: uuid, outreachId: uuid };
const commandSchema: Json = {
  oneOf: [
    object({ kind: { const: 'cancel' }, ...ofOutreach, by: text('service or key that asked') }, [
      'kind',
      'tenantId',
      'outreachId',
      'by',
    ]),
    object(
      {
        kind: { const: 'settle_unknown' },
        ...ofOutreach,
        leg: { type: 'integer' },
        attempt: { type: 'integer' },
        outcome: { type: 'string', enum: ['sent', 'not_sent'] },
        providerMessageId: text('the provider’s id of the message'),
        note: text('reference to where the reason is kept'),
        by: text('service or key that asked'),
      },
      ['kind', 'tenantId', 'outreachId', 'leg', 'attempt', 'outcome', 'by'],
    ),
    object({ kind: { const: 'follow' }, ...ofOutreach }, ['kind', 'tenantId', 'outreachId']),
  ],
};

const ofContact: Json = {
  tenantId: uuid,
  fingerprint: text('keyed hash of the address'),
  channel,
  note: text('reference to where the reason is kept'),
  by: text('service or key that asked'),
};
const contactRequired = ['kind', 'tenantId', 'fingerprint', 'channel', 'by'];
const contactCommandSchema: Json = {
  oneOf: [
    object({ kind: { const: 'suppress' }, ...ofContact, mask: text('the address, masked') }, contactRequired),
    object({ kind: { const: 'lift' }, ...ofContact, because: { type: 'string', enum: [...LIFT_REASONS] } }, [
      ...contactRequired,
      'because',
    ]),
    ...consentCommands(ofContact, contactRequired),
  ],
};

const conversionSchema = object(
  {
    tenantId: uuid,
    conversionId: text('the same again counts once; default: the `id` of the event'),
    outreachId: { ...uuid, description: 'or `campaignId` and `recipientId`' },
    campaignId: text('the caller’s id; of the last outreach of it that had reached the recipient'),
    recipientId: text('the caller’s id'),
    kind: { type: 'string', pattern: CONVERSION_KIND.source },
    value: object({ micros: { type: 'integer', minimum: 0 }, currency: text('ISO 4217') }, ['micros', 'currency']),
    occurredAt: instant,
    by: text('service or key that says so'),
  },
  ['tenantId', 'kind', 'occurredAt'],
);

/** The data on the bus names its tenant; unknown fields are ignored there. */
const requestOnTheBus = (): Json => {
  const { additionalProperties: _refusedOverHttpOnly, ...schema } = requestSchema();
  return { ...schema, required: [...((schema['required'] as string[] | undefined) ?? []), 'tenantId'] };
};

/** The AsyncAPI 3.0 document of the bus, made from the contracts. */
export function asyncApiDocument(): Json {
  const channelOf = (address: string, message: string, parameters?: Json): Json => ({
    address,
    messages: { [message]: { $ref: `#/components/messages/${message}` } },
    ...(parameters ? { parameters } : {}),
  });
  const operation = (action: 'send' | 'receive', channelName: string, summary: string): Json => ({
    action,
    channel: { $ref: `#/channels/${channelName}` },
    summary,
  });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Homing bus',
      version: '0.1.0',
      description: 'JetStream, CloudEvents 1.0 in structured JSON. See docs/bus.md.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: {
      outreachRequested: channelOf('outreach.requested', 'OutreachRequested'),
      outreachCommand: channelOf('outreach.command', 'OutreachCommand'),
      contactCommand: channelOf('contact.command', 'ContactCommand'),
      conversionReported: channelOf('conversion.reported', 'ConversionReported'),
      deliveryDispatch: channelOf('delivery.dispatch.{channel}', 'DispatchDelivery', {
        channel: { enum: [...CHANNELS] },
      }),
      deliveryLookUp: channelOf('delivery.lookup.{channel}', 'LookUpAttempt', { channel: { enum: [...CHANNELS] } }),
      providerSignal: channelOf('provider.signal.{provider}', 'ProviderSignal', { provider: {} }),
      providerInbound: channelOf('provider.inbound.{provider}', 'ProviderInbound', { provider: {} }),
      outreachEvent: channelOf('event.outreach.{transition}', 'OutreachTransition', {
        transition: { enum: [...TRANSITIONS] },
      }),
      inboundReceived: channelOf('event.inbound.received', 'InboundReceived'),
      deadLetter: channelOf('deadletter.{consumer}', 'DeadLetter', { consumer: {} }),
    },
    operations: {
      receiveOutreachRequested: operation('receive', 'outreachRequested', 'Reach this person.'),
      sendOutreachEvent: operation('send', 'outreachEvent', 'Something happened to an outreach.'),
      receiveOutreachCommand: operation(
        'receive',
        'outreachCommand',
        'Internal: do this to an outreach that is there.',
      ),
      receiveContactCommand: operation(
        'receive',
        'contactCommand',
        'Internal: hold this address back, or let it go; keep what its person allows.',
      ),
      receiveConversionReported: operation('receive', 'conversionReported', 'Somebody did what an outreach was for.'),
      sendDispatch: operation('send', 'deliveryDispatch', 'Internal: send this attempt now, if it still stands.'),
      sendLookUp: operation('send', 'deliveryLookUp', 'Internal: find out what became of this attempt.'),
      sendSignal: operation(
        'send',
        'providerSignal',
        'Internal: a verified fact from a provider, or several of one webhook.',
      ),
      sendInbound: operation('send', 'providerInbound', 'Internal: what somebody wrote to us or read, sealed.'),
      sendInboundReceived: operation('send', 'inboundReceived', 'Somebody wrote to a tenant.'),
      sendDeadLetter: operation('send', 'deadLetter', 'This message can never be handled; an operator decides.'),
    },
    components: {
      messages: {
        OutreachRequested: { payload: cloudEvent(requestOnTheBus(), []) },
        OutreachCommand: { payload: cloudEvent(commandSchema) },
        ContactCommand: { payload: cloudEvent(contactCommandSchema) },
        ConversionReported: { payload: cloudEvent(conversionSchema) },
        DispatchDelivery: { payload: cloudEvent(dispatchSchema) },
        LookUpAttempt: { payload: cloudEvent(lookUpSchema) },
        ProviderSignal: { payload: cloudEvent({ oneOf: [signalSchema, signalsSchema] }) },
        ProviderInbound: { payload: cloudEvent(inboundSchema) },
        OutreachTransition: { payload: cloudEvent(transitionSchema) },
        InboundReceived: { payload: cloudEvent(receivedSchema) },
        DeadLetter: deadLetterMessage,
      },
    },
  };
}
