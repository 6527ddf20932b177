import { describe, expect, it } from '@jest/globals';
import { validateTemplate } from './template.validator.js';

describe('validateTemplate', () => {
  it('names the variables of all bodies, without branding and without what the template makes itself', () => {
    const report = validateTemplate({
      email: {
        subject: '{{ title }}',
        html: '{{ branding.company }}{% for r in reasons %}{{ r.text }}{% endfor %}',
        text: '{{ owner.name }}',
      },
      sms: { text: '{% assign z = code %}{{ z }}{% if vip %}!{% endif %}' },
    });
    expect(report).toEqual({ variables: ['code', 'owner', 'reasons', 'title', 'vip'], faults: [] });
  });

  it('tells every fault with its channel, part and line', () => {
    const report = validateTemplate({
      email: { html: 'a\n{{ x', text: '{{ y | nope }}' },
      sms: { subject: 'only' },
      whatsapp: { text: '\u0000' },
    });
    expect(report.faults).toMatchObject([
      { channel: 'email', kind: 'syntax', part: 'html', line: 2 },
      { channel: 'email', kind: 'syntax', part: 'text', line: 1 },
      { channel: 'sms', kind: 'no_body' },
      { channel: 'whatsapp', kind: 'syntax', reason: 'holds a NUL character' },
    ]);
  });
});
