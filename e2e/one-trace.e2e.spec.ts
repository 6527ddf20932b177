// One outreach is one trace, from its caller's own span to the projected delivery, over six processes; the webhook's trace is
// linked to it; and every service counts its part. Real: everything that is shipped, the SDK's exporter and OTLP over HTTP.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalStack, until } from '@homing/testing/local-stack';
import { type ExportedSpan, OtlpReceiver } from './otlp-receiver.fixture.js';
import { emailRequest, someone } from './requests.fixture.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpan = '00f067aa0ba902b7';

let receiver: OtlpReceiver;
let stack: LocalStack;
let outreachId = '';

/** Spans of the outreach's trace whose parent has not come. */
function orphans() {
  const known = new Set([callerSpan, ...receiver.ofTrace(traceId).map((span) => span.spanId)]);
  return receiver.ofTrace(traceId).filter((span) => !known.has(span.parentSpanId));
}

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  stack = await LocalStack.start({ environment: receiver.environment });
  const { status, body } = await stack.api.call('/api/v1/outreach/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${callerSpan}-01` },
    body: JSON.stringify(emailRequest('trace+delivers@sandbox.test')),
  });
  expect(status).toBe(202);
  outreachId = String(body['outreachId']);
  await until(async () => (await stack.api.outreach(outreachId))?.state === 'delivered', 'the delivery', 120_000);
  const facts = () => spans('project ProviderFactRecorded').length;
  await until(() => facts() >= 2 && spans('project OutreachSettled').length === 1, 'the last facts');
  // Services hand their spans over one after another: what caused a span may come after it.
  await until(() => orphans().length === 0, 'the spans that others name as their parents');
  await until(
    () =>
      spans('record facts')
        .flatMap(({ links }) => links)
        .every(isWhole),
    'the spans of the webhooks',
  );
}, 600_000);
afterAll(async () => {
  await stack.stop();
  await receiver.stop();
}, 900_000);

/** Whether the way back to the beginning of a trace has arrived. */
function isWhole({ spanId }: { readonly spanId: string }): boolean {
  const span = receiver.spans.find((each) => each.spanId === spanId);
  return span !== undefined && (span.parentSpanId === '' || isWhole({ spanId: span.parentSpanId }));
}

const spans = (name: string): ExportedSpan[] => receiver.ofTrace(traceId).filter((span) => span.name === name);

function only(name: string): ExportedSpan {
  const found = spans(name);
  const all = receiver.ofTrace(traceId).map((span) => span.name);
  expect({ name, count: found.length, all }).toMatchObject({ count: 1 });
  return found[0] as ExportedSpan;
}

const childrenOf = (parent: ExportedSpan): ExportedSpan[] =>
  receiver.spans.filter((span) => span.parentSpanId === parent.spanId);

function child(parent: ExportedSpan, name: string): ExportedSpan {
  const children = childrenOf(parent);
  const found = children.find((span) => span.name === name);
  expect({
    of: parent.name,
    name,
    children: children.map((span) => span.name),
    found: found !== undefined,
  }).toMatchObject({
    found: true,
  });
  return found as ExportedSpan;
}

const appendsOf = (parent: ExportedSpan): ExportedSpan[] =>
  childrenOf(parent).filter((span) => span.attributes['homing.outcome'] === 'appended');

/** The append that stands; conflicts before it are spans of their own. */
function appendOf(parent: ExportedSpan): ExportedSpan {
  const [append] = appendsOf(parent);
  expect({ of: parent.name, append: append?.name }).toMatchObject({ append: 'append outreach' });
  return append as ExportedSpan;
}

const projectedFrom = (append: ExportedSpan): string[] =>
  childrenOf(append)
    .filter(({ name }) => name.startsWith('project '))
    .map(({ service, name }) => `${service}: ${name}`);

describe('the trace of one outreach', () => {
  it('goes from the caller over API and bus to the decision, and its append', () => {
    const request = only('POST /api/v1/outreach/send');
    expect(request).toMatchObject({ service: 'homing-api', parentSpanId: callerSpan });
    expect(request.attributes).toMatchObject({
      'http.route': '/api/v1/outreach/send',
      'http.response.status_code': 202,
    });
    const handling = child(child(request, 'publish outreach.requested'), 'process outreach.requested');
    expect(handling.service).toBe('homing-orchestrator');
    const decision = child(handling, 'decide');
    expect(decision.attributes).toMatchObject({ 'homing.outreach.id': outreachId, 'homing.outcome': 'scheduled' });
    expect(projectedFrom(appendOf(decision))).toEqual([
      'homing-projector: project OutreachRequested',
      'homing-projector: project OutreachDecided',
      'homing-projector: project DeliveryScheduled',
    ]);
  });

  it('goes over the dispatch to claim, provider call and answer', () => {
    const dispatch = only('publish delivery.dispatch.email');
    expect(dispatch.parentSpanId).toBe(only('process outreach.requested').spanId);
    const sending = child(dispatch, 'process delivery.dispatch.email');
    expect(sending.service).toBe('homing-channel-gateway');
    expect(child(sending, 'send email').attributes).toMatchObject({
      'homing.provider': 'sendgrid',
      'homing.delivery.id': `${outreachId}.1`,
      'homing.attempt': 1,
      'homing.outcome': 'accepted',
    });
    const appended = childrenOf(sending).filter((span) => span.name === 'append outreach');
    expect(
      appended
        .map((append) => childrenOf(append).map((span) => span.name))
        .flat()
        .sort(),
    ).toEqual(['project AttemptAccepted', 'project AttemptStarted']);
  });

  it("goes on where the webhook brings a fact, linked to the webhook's own trace", () => {
    const committed = appendOf(only('decide'));
    const recordings = spans('record facts').filter((span) => appendsOf(span).length > 0);
    expect(recordings).not.toEqual([]);
    for (const recording of recordings) {
      expect(recording).toMatchObject({ service: 'homing-orchestrator', parentSpanId: committed.spanId });
      const [signal] = receiver.spans.filter((span) => span.spanId === recording.links[0]?.spanId);
      expect(signal).toMatchObject({ name: 'process provider.signal.sendgrid', service: 'homing-orchestrator' });
      const publishing = receiver.spans.find((span) => span.spanId === signal?.parentSpanId);
      const webhook = receiver.spans.find((span) => span.spanId === publishing?.parentSpanId);
      expect(webhook).toMatchObject({
        name: 'POST /webhooks/:provider',
        service: 'homing-webhook-ingestion',
        parentSpanId: '',
        traceId: recording.links[0]?.traceId,
      });
      expect(webhook?.traceId).not.toBe(traceId);
    }
    const projected = recordings.flatMap((recording) => projectedFrom(appendOf(recording)));
    expect(projected.filter((name) => name === 'homing-projector: project ProviderFactRecorded')).toHaveLength(2);
    expect(projected).toContain('homing-projector: project OutreachSettled');
  });

  it('has no span whose parent is missing', () => {
    expect(orphans().map((span) => span.name)).toEqual([]);
  });
});

describe('a request over the bus', () => {
  it("goes on from its publisher's span", async () => {
    const bus = await stack.bus();
    const [given, id] = ['5af92f3577b34da6a3ce929d0e0e4737', randomUUID()];
    const data = { ...emailRequest(someone()), tenantId: stack.tenantId };
    const event = { specversion: '1.0', type: 'outreach.requested', source: 'shop', id, data };
    await bus.publish('outreach.requested', { ...event, traceparent: `00-${given}-${callerSpan}-01` });
    const decided = () => receiver.ofTrace(given).find((span) => span.name === 'decide');
    await until(() => decided() !== undefined, 'the decision', 120_000);
    expect(decided()?.attributes['homing.outreach.id']).toBe(stack.outreachId('shop', id));
    const whole = () => receiver.ofTrace(given).find((span) => span.spanId === decided()?.parentSpanId);
    await until(() => whole() !== undefined, 'its handling');
    const handling = whole();
    expect(handling).toMatchObject({ name: 'process outreach.requested', parentSpanId: callerSpan });
  });
});

describe('the log', () => {
  it('names the trace in the line of its request, and not what was asked', () => {
    const lines = readdirSync(join(stack.home, 'logs'))
      .flatMap((name) => readFileSync(join(stack.home, 'logs', name), 'utf8').split('\n'))
      .filter((line) => line.includes(traceId));
    const [request] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(request).toMatchObject({
      ...{ service: 'api', msg: 'request', route: '/api/v1/outreach/send', status: 202 },
      ...{ trace_id: traceId, span_id: only('POST /api/v1/outreach/send').spanId },
    });
    expect(lines.join()).not.toContain('sandbox.test');
  });
});

describe('what is kept', () => {
  it('stands in the metadata of every event of the outreach, the same trace', async () => {
    const events = receiver.ofTrace(traceId).filter((span) => span.name.startsWith('project '));
    const { body } = await stack.api.get(`/outreach/${outreachId}`);
    expect(events).toHaveLength((body['timeline'] as unknown[]).length);
  });
});

describe('what the metrics say of it', () => {
  const seriesOf = async (service: string): Promise<string[]> => {
    const answer = await fetch(`${stack.services()[service]?.url}/metrics`);
    return (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  };

  it.each<[string, string, RegExp, 'some' | 'none' | 'one']>([
    [
      'api',
      'http_server_request_duration_seconds_count',
      /route="\/api\/v1\/outreach\/send".*status_code="202"/,
      'one',
    ],
    ['api', 'homing_intake_total', /via="api",outcome="accepted"/, 'one'],
    ['orchestrator', 'homing_decisions_total', /status="scheduled",step="none"/, 'some'],
    ['orchestrator', 'homing_decision_durable_seconds_count', /^/, 'some'],
    ['orchestrator', 'homing_dispatches_total', /channel="email"/, 'some'],
    ['orchestrator', 'homing_append_seconds_count', /stream="outreach",outcome="appended"/, 'some'],
    ['orchestrator', 'homing_mailbox_batch_size_count', /name="person"/, 'some'],
    ['orchestrator', 'homing_signals_total', /provider="sendgrid",fact="delivered",outcome="recorded"/, 'some'],
    ['orchestrator', 'homing_consumer_pending', /consumer="orchestrator-requests"/, 'none'],
    ['orchestrator', 'homing_stream_messages', /stream="DEADLETTERS"/, 'none'],
    ['channel-gateway', 'homing_claims_total', /outcome="won"/, 'some'],
    ['channel-gateway', 'homing_provider_call_seconds_count', /provider="sendgrid".*outcome="accepted"/, 'some'],
    ['webhook-ingestion', 'homing_webhook_ack_seconds_count', /provider="sendgrid",outcome="stored"/, 'some'],
    ['webhook-ingestion', 'homing_webhook_facts_total', /provider="sendgrid",fact="delivered"/, 'some'],
    ['projector', 'homing_projection_delay_seconds_count', /^/, 'some'],
    ['projector', 'homing_projection_lag_seconds', /^/, 'none'],
    ['scheduler', 'homing_scheduler_leading', /^/, 'one'],
    ['scheduler', 'homing_unknown_outcomes_open', /^/, 'none'],
  ])('%s: %s%s is %s', async (service, name, labels, expected) => {
    const values = async () => {
      const series = (await seriesOf(service)).filter((line) => line.split(/[ {]/, 1)[0] === name && labels.test(line));
      return series.map((line) => Number(line.slice(line.lastIndexOf(' '))));
    };
    const fits = (value: number) => (expected === 'some' ? value >= 1 : value === (expected === 'one' ? 1 : 0));
    // A gauge is what it is at this moment: 0 as soon as all is quiet.
    await until(async () => (await values()).some(fits), `${name} of ${service}`);
    expect((await values()).length).toBeGreaterThan(0);
  });
});
