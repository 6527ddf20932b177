import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FieldFault, OutreachRequestDto, readOutreachRequest } from '@homing/contracts';
import type { RunningService } from '@homing/service-kit';
import { fakeParts, startApi } from '../api.fixture.js';
import { PROBLEMS } from '../problem/problem.error.js';
import { requestSchema, schemaOf } from './request.schema.js';

const file = fileURLToPath(new URL('../../../../docs/api/openapi.json', import.meta.url));
let service: RunningService;

beforeAll(async () => {
  service = await startApi(fakeParts());
});
afterAll(() => service.stop());

describe('the OpenAPI document', () => {
  it('is the one in docs/api (run with UPDATE_OPENAPI=1 after a change)', async () => {
    const answer = await fetch(`${service.url}/docs/openapi.json`);
    const served = `${JSON.stringify(await answer.json(), null, 2)}\n`;
    if (process.env['UPDATE_OPENAPI'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, served);
    }
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(served);
  });

  it('names every route, each with its problems and without a dangling reference', async () => {
    const document = (await (await fetch(`${service.url}/docs/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
      components: { schemas: Record<string, unknown> };
    };
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/analytics/routing',
      '/api/v1/analytics/send-times',
      '/api/v1/assisted-tasks',
      '/api/v1/assisted-tasks/{id}',
      '/api/v1/assisted-tasks/{id}/decline',
      '/api/v1/assisted-tasks/{id}/done',
      '/api/v1/batches',
      '/api/v1/batches/{id}',
      '/api/v1/batches/{id}/cancel',
      '/api/v1/batches/{id}/items',
      '/api/v1/budgets',
      '/api/v1/budgets/{campaignId}',
      '/api/v1/budgets/{campaignId}/pacing',
      '/api/v1/campaigns',
      '/api/v1/campaigns/{campaignId}',
      '/api/v1/campaigns/{campaignId}/performance',
      '/api/v1/campaigns/{campaignId}/status',
      '/api/v1/channels/{channel}/config',
      '/api/v1/consents',
      '/api/v1/consents/find',
      '/api/v1/consents/import',
      '/api/v1/consents/withdraw',
      '/api/v1/conversions',
      '/api/v1/dead-letters',
      '/api/v1/dead-letters/{id}',
      '/api/v1/dead-letters/{id}/content',
      '/api/v1/dead-letters/{id}/replay',
      '/api/v1/events',
      '/api/v1/inbound',
      '/api/v1/inbound/{inboundId}',
      '/api/v1/inbound/{inboundId}/text',
      '/api/v1/leads',
      '/api/v1/leads/run',
      '/api/v1/leads/{id}',
      '/api/v1/outreach',
      '/api/v1/outreach/campaigns/{id}/status',
      '/api/v1/outreach/send',
      '/api/v1/outreach/send-batch',
      '/api/v1/outreach/{id}',
      '/api/v1/outreach/{id}/cancel',
      '/api/v1/policies',
      '/api/v1/policies/simulate',
      '/api/v1/sequences',
      '/api/v1/sequences/{name}',
      '/api/v1/suppressions',
      '/api/v1/suppressions/{suppressionId}',
      '/api/v1/unknown-outcomes',
      '/api/v1/unknown-outcomes/{deliveryId}/{attempt}/settle',
      '/api/v1/unmatched-signals',
      '/api/v1/webhook-accounts',
      '/api/v1/webhook-accounts/{provider}/{account}',
      '/api/v1/webhook-health',
    ]);
    for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '429', '503']));
    }
    const referred = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g);
    for (const [, name = ''] of referred) expect(document.components.schemas).toHaveProperty(name);
    expect(PROBLEMS.invalid_fields.status).toBe(422);
  });

  it('is shown at /docs without anything from elsewhere', async () => {
    const page = await fetch(`${service.url}/docs`);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).toContain('swagger-ui');
    expect(html).not.toMatch(/(src|href)=["']https?:/);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
  });
});

describe('the schema of the request', () => {
  interface Shape {
    properties?: Record<string, Shape>;
    required?: string[];
    items?: Shape;
    oneOf?: Shape[];
    type?: string;
  }
  const schema = requestSchema() as Shape;
  const codesFor = (body: unknown): readonly FieldFault[] => {
    const reading = readOutreachRequest(body, { unknownFields: 'refuse' });
    return reading.kind === 'invalid' ? reading.faults : [];
  };

  it('requires what the reader requires', () => {
    expect(
      codesFor({})
        .map((fault) => fault.field)
        .sort(),
    ).toEqual([...(schema.required ?? [])].sort());
    const nested = codesFor({ recipient: {}, content: {} }).map((fault) => fault.field);
    expect(nested).toEqual(
      expect.arrayContaining((schema.properties?.['recipient']?.required ?? []).map((name) => `recipient.${name}`)),
    );
  });

  it('names every field the reader knows, and no other', () => {
    for (const name of Object.keys(schema.properties ?? {})) {
      expect(codesFor({ [name]: null }).filter((fault) => fault.code === 'unknown_field')).toEqual([]);
    }
    expect(codesFor({ surprise: 1 })).toContainEqual(
      expect.objectContaining({ field: 'surprise', code: 'unknown_field' }),
    );
    expect(schemaOf(OutreachRequestDto)).toMatchObject({ additionalProperties: false });
  });

  it('says of an address field that one or several will do', () => {
    const email = schema.properties?.['recipient']?.properties?.['contacts']?.properties?.['email'];
    expect(email?.oneOf?.map((option) => option.type)).toEqual(['string', 'array']);
    expect(schema.properties?.['steps']).toMatchObject({
      type: 'array',
      items: { type: 'object', required: ['channel'] },
    });
  });
});
