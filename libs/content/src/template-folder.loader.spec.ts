import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { renderMessage } from './message.renderer.js';
import { loadTemplateFolder } from './template-folder.loader.js';

const ready = join(import.meta.dirname, '../../../templates');
const data: Record<string, Record<string, unknown>> = {
  cold_outreach: { first_name: 'Ada', business_name: 'Bread & Butter', reason: 'Your shop has no page yet.' },
  follow_up: { business_name: 'Bread & Butter', reason: 'a page for your shop.' },
  email_intro: { first_name: 'Ada', business_name: 'Bread & Butter', demo_url: 'https://demo.test/b?x=1&y=2' },
  initial_outreach_v1: { owner_name: 'Ada', property_address: '1 Test Street' },
  memo_delivery_email: {
    property_record: { address: '1 Test Street', city: 'Testville' },
    score_result: { score: 82, reasons: ['near water', 'new roof', 'quiet street', 'a fourth'] },
    memo_url: 'https://memo.test/1.pdf',
  },
};

describe('the ready templates', () => {
  it.each(Object.keys(data))('%s renders with its variables, branded and not', async (templateId) => {
    const template = (await loadTemplateFolder(ready)).find((one) => one.templateId === templateId);
    const source = { kind: 'template', bodies: template?.bodies ?? {} } as const;
    const values = data[templateId] ?? {};
    const brandings: Record<string, string>[] = [
      {},
      { company: 'Acme', postalAddress: '2 Road', logoUrl: 'https://acme.test/logo.png' },
    ];
    for (const branding of brandings) {
      const result = renderMessage({ source, channel: 'email', data: values, branding });
      expect(result.kind).toBe('rendered');
      if (result.kind !== 'rendered') continue;
      expect(result.message.subject).toMatch(/Test Street|Bread & Butter/);
      expect(`${result.message.html}${result.message.text}`).not.toMatch(/undefined|\[object|\{\{|\{%/);
      expect(result.message.html?.includes('Acme')).toBe('company' in branding);
      expect(result.message.text.includes('Acme')).toBe('company' in branding);
    }
    expect(renderMessage({ source, channel: 'email', data: {} })).toMatchObject({
      fault: { kind: 'missing_variables' },
    });
  });

  it.each([
    ['linkedin_dm', 'linkedin'],
    ['contact_form_submit', 'contact_form'],
    ['whatsapp_intro', 'whatsapp'],
  ] as const)('%s of the default sequence renders with the data of email_intro', async (templateId, channel) => {
    const template = (await loadTemplateFolder(ready)).find((one) => one.templateId === templateId);
    const source = { kind: 'template', bodies: template?.bodies ?? {} } as const;
    const values = data['email_intro'] ?? {};
    const result = renderMessage({ source, channel, data: values, branding: { company: 'Acme' } });
    const text = result.kind === 'rendered' ? result.message.text : JSON.stringify(result);
    expect(text).toMatch(/Ada[\s\S]*Bread & Butter[\s\S]*https:\/\/demo\.test\/b\?x=1&y=2[\s\S]*Acme$/);
  });

  it('the memo shows three reasons and its link', async () => {
    const template = (await loadTemplateFolder(ready)).find((one) => one.templateId === 'memo_delivery_email');
    const source = { kind: 'template', bodies: template?.bodies ?? {} } as const;
    const result = renderMessage({ source, channel: 'email', data: data.memo_delivery_email ?? {} });
    const message = result.kind === 'rendered' ? result.message : undefined;
    for (const body of [message?.html, message?.text]) {
      expect(body).toMatch(
        /82 of 100[\s\S]*near water[\s\S]*new roof[\s\S]*quiet street[\s\S]*https:\/\/memo\.test\/1\.pdf/,
      );
      expect(body).not.toContain('a fourth');
    }
  });
});

describe('loadTemplateFolder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'homing-templates-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const put = async (set: string, files: Record<string, string>): Promise<string> => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, set, 't', file)), { recursive: true });
      await writeFile(join(folder, set, 't', file), text);
    }
    return join(folder, set);
  };
  const description = JSON.stringify({ description: 'd', variables: ['x'] });

  it('reads several channels', async () => {
    const path = await put('two', {
      'template.json': description,
      'sms.text.liquid': '{{ x }}\n',
      'email.html.liquid': '<p>',
    });
    expect(await loadTemplateFolder(path)).toEqual([
      {
        templateId: 't',
        description: 'd',
        variables: ['x'],
        bodies: { sms: { text: '{{ x }}' }, email: { html: '<p>' } },
      },
    ]);
  });

  it('reads which template the provider keeps for WhatsApp', async () => {
    const kept = { name: 'viewing', language: 'en_US', parameters: ['{{ x }}'] };
    const path = await put('kept', {
      'template.json': description,
      'whatsapp.text.liquid': 'Hello',
      'whatsapp.template.json': JSON.stringify(kept),
    });
    expect((await loadTemplateFolder(path))[0]?.bodies).toEqual({
      whatsapp: { text: 'Hello', providerTemplate: kept },
    });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'without words for what the provider keeps',
      {
        'template.json': description,
        'whatsapp.template.json': '{"name":"v","language":"en","parameters":["{{ x }}"]}',
      },
      /no_body/,
    ],
    [
      'unclear about what the provider keeps',
      {
        'template.json': description,
        'whatsapp.text.liquid': '{{ x }}',
        'whatsapp.template.json': '{"name":"v v","language":"en"}',
      },
      /whatsapp\.template\.json needs a name/,
    ],
    ['wrong', { 'template.json': description, 'sms.text.liquid': '{{ y }}' }, /t declares \(x\) and uses \(y\)/],
    ['faulty', { 'template.json': description, 'sms.text.liquid': '{{ x' }, /Template t: .*syntax/],
    ['odd', { 'template.json': description, 'fax.text.liquid': '{{ x }}' }, /fax\.text\.liquid is not/],
    ['bare', { 'template.json': description }, /t has no body/],
    ['undescribed', { 'template.json': '{}', 'sms.text.liquid': 'x' }, /needs a description/],
  ])('refuses a folder that is %s', async (set, files, message) => {
    await expect(loadTemplateFolder(await put(set, files))).rejects.toThrow(message);
  });
});
