import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readRequestLines } from './request.lines.js';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
const text = readFileSync(`${workspace}/examples/requests.jsonl`, 'utf8');
const lines = readRequestLines(text, { run: 'spec', tenantId: '0a6f2c8e-6c0e-4b43-9d0c-000000000001' });
type Asked = {
  campaignId?: string;
  recipient: { locale: string; timeZone: string };
  content: { templateId?: string; data?: object };
  urgency: string;
};
const asked = lines.filter(({ fault }) => fault === undefined).map(({ data }) => data as unknown as Asked);

describe('examples/requests.jsonl', () => {
  it('is exactly what examples/generate.mjs makes', () => {
    const made = execFileSync(process.execPath, [`${workspace}/examples/generate.mjs`, '--stdout'], {
      maxBuffer: 16 * 1024 * 1024,
    });
    expect(made.equals(Buffer.from(text))).toBe(true);
  });

  it('holds 1,000 requests of which the contract refuses two, by field', () => {
    expect(lines).toHaveLength(1_000);
    const faulty = lines.flatMap(({ line, fault }) => (fault === undefined ? [] : [[line, fault]]));
    expect(faulty).toEqual([
      [333, 'urgency'],
      [777, 'recipient.contacts.email'],
    ]);
  });

  it('repeats eight requests word for word, and no other id', () => {
    const byId = [...Map.groupBy(lines, ({ requestId }) => requestId).values()].filter((same) => same.length > 1);
    expect(byId).toHaveLength(8);
    for (const [first, again, ...more] of byId) {
      expect(again?.data).toEqual(first?.data);
      expect(more).toEqual([]);
    }
  });

  it('names nobody outside: addresses under sandbox.test, numbers kept for fiction', () => {
    const hosts = [...text.matchAll(/@([\w.-]+)|https?:\/\/([\w.-]+)/g)].map((match) => match[1] ?? match[2] ?? '');
    expect(hosts.filter((host) => !/(^|\.)sandbox\.test$/.test(host))).toEqual([]);
    const numbers = text.match(/\+1\d+/g) ?? [];
    expect(numbers.length).toBeGreaterThan(100);
    expect(numbers.filter((number) => !/^\+120255501\d\d$/.test(number))).toEqual([]);
  });

  it('uses every ready template with its variables, and literals', () => {
    const used = Map.groupBy(asked, ({ content }) => content.templateId ?? 'literal');
    expect([...used.keys()].sort()).toEqual(['email_intro', 'initial_outreach_v1', 'literal', 'memo_delivery_email']);
    used.delete('literal');
    for (const [templateId, requests] of used) {
      const file = `${workspace}/templates/${templateId}/template.json`;
      expect(existsSync(file)).toBe(true);
      const { variables } = JSON.parse(readFileSync(file, 'utf8')) as { variables: string[] };
      for (const { content } of requests)
        expect(Object.keys(content.data ?? {})).toEqual(expect.arrayContaining(variables));
    }
  });

  it('is as various as a real day', () => {
    const different = (of: (request: Asked) => unknown) => new Set(asked.map(of)).size;
    expect(different(({ recipient }) => recipient.timeZone)).toBeGreaterThan(10);
    expect(different(({ recipient }) => recipient.locale)).toBeGreaterThan(8);
    expect(different(({ urgency }) => urgency)).toBe(4);
    expect(different(({ campaignId }) => campaignId)).toBe(2);
    for (const word of ['opens', 'clicks', 'bounces', 'softbounces', 'drops', 'defers', 'unsubscribes', 'complains'])
      expect(text).toContain(`+${word}`);
  });
});

describe('reading requests for a run', () => {
  const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';

  it('gives the same ids to the same run, others to another, and puts in the tenant', () => {
    const [line] = readRequestLines(text, { run: 'a', tenantId, count: 1 });
    expect(line).toMatchObject({ line: 1, requestId: 'a-example-0001', data: { tenantId } });
    expect(line?.data).not.toHaveProperty('requestId');
    expect(readRequestLines(text, { run: 'b', tenantId, count: 1 })[0]?.requestId).toBe('b-example-0001');
  });

  it('begins anew with new ids when more are wanted than there are', () => {
    const more = readRequestLines(text, { run: 'a', tenantId, count: 1_001 });
    expect(more).toHaveLength(1_001);
    expect(more[1_000]).toEqual({ ...more[0], line: 1_001, requestId: 'a-example-0001-pass-2' });
  });

  it('names a line that is no JSON object', () => {
    expect(() => readRequestLines('{}\n[1]\n', { run: 'a', tenantId })).toThrow('line 2');
  });
});
