import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Bodies, ContentFault, RenderedMessage } from './content.types.js';
import { renderMessage } from './message.renderer.js';
import { validateTemplate } from './template.validator.js';

const render = (bodies: Bodies, data: Record<string, unknown> = {}, branding: Record<string, string> = {}) =>
  renderMessage({ source: { kind: 'template', bodies: { email: bodies } }, channel: 'email', data, branding });
const messageOf = (...given: Parameters<typeof render>): RenderedMessage => {
  const result = render(...given);
  if (result.kind === 'fault') throw new Error(JSON.stringify(result.fault));
  return result.message;
};
const faultOf = (...given: Parameters<typeof render>): ContentFault | undefined => {
  const result = render(...given);
  return result.kind === 'fault' ? result.fault : undefined;
};

describe('renderMessage', () => {
  it('fills in subject, html and text, escaping in html only', () => {
    const bodies = { subject: 'For {{ name }}', html: '<p>{{ name }}</p>', text: 'Dear {{ name }}' };
    expect(messageOf(bodies, { name: 'A & <B>' })).toEqual({
      subject: 'For A & <B>',
      html: '<p>A &amp; &lt;B&gt;</p>',
      text: 'Dear A & <B>',
    });
  });

  it('makes the text from the html where none is given', () => {
    const html = '<p>Hello <b>{{ name }}</b></p><p><a href="https://x.test/?a=1&amp;b=2">Open</a></p>';
    expect(messageOf({ html }, { name: 'A & B' }).text).toBe('Hello A & B\n\nOpen (https://x.test/?a=1&b=2)');
  });

  it('sends a literal as it is, but for its subject', () => {
    const literal = { subject: 'a\r\nBcc: x@y.test', html: '<b>{{ name }}</b>', text: '{% if %}' };
    const source = { kind: 'literal', bodies: { email: literal } } as const;
    expect(renderMessage({ source, channel: 'email', data: {} })).toEqual({
      kind: 'rendered',
      message: { ...literal, subject: 'a Bcc: x@y.test' },
    });
  });

  it('knows the tenant’s branding, empty where the tenant has none, and takes none from the data', () => {
    const text = '{{ branding.company }}|{{ branding.logoUrl }}';
    expect(messageOf({ text }, { branding: { company: 'forged' } }, { company: 'Acme' }).text).toBe('Acme|');
  });

  it('names every missing variable of every part', () => {
    const bodies = {
      subject: '{{ b }}',
      html: '{{ a.c }} {{ given }}',
      text: '{% for x in list %}{% endfor %}{{ b }}',
    };
    expect(faultOf(bodies, { given: 1, list: [] })).toEqual({ kind: 'missing_variables', names: ['a', 'b'] });
  });

  it('lets conditions and defaults ask for what is absent', () => {
    const text = '{% if nick %}{{ nick }}{% else %}{{ name | default: "you" }}{% endif %}';
    expect(messageOf({ text }).text).toBe('you');
  });

  it('points at a syntax error', () => {
    expect(faultOf({ text: 'one\n{% if x %}\n{{ y }}' })).toMatchObject({ kind: 'syntax', part: 'text', line: 2 });
    expect(faultOf({ text: 'fine', html: '{{ x | no_such }}' }, { x: 1 })).toMatchObject({ part: 'html', line: 1 });
  });

  it('tells a channel without a body', () => {
    const source = { kind: 'template', bodies: { email: { subject: 'only' } } } as const;
    for (const channel of ['email', 'sms'] as const)
      expect(renderMessage({ source, channel, data: {} })).toEqual({
        kind: 'fault',
        fault: { kind: 'no_body', channel },
      });
  });

  it('stops a template that does too much', () => {
    const text =
      '{% for a in (1..9999) %}{% for b in (1..9999) %}{% for c in (1..9999) %}x{% endfor %}{% endfor %}{% endfor %}';
    expect(faultOf({ text })).toMatchObject({ kind: 'render', reason: 'too_much_work' });
    expect(faultOf({ subject: '{{ x }}', text: 'a' }, { x: 'y'.repeat(999) })).toMatchObject({ reason: 'too_long' });
    expect(faultOf({ text: 'z'.repeat(600_000) })).toMatchObject({ kind: 'syntax', part: 'text' });
  });

  it.each(["{% include 'x' %}", "{% render '/etc/passwd' %}", "{% layout 'x' %}", '{% block b %}{% endblock %}'])(
    'reaches no other file: %s',
    (text) => {
      expect(faultOf({ text })).toMatchObject({ kind: 'syntax' });
    },
  );

  it('reaches nothing of the machine through the data', () => {
    for (const text of ['{{ x.constructor }}', '{{ x.__proto__.toString }}', '{{ constructor }}'])
      expect(faultOf({ text }, { x: {} })).toMatchObject({ kind: 'missing_variables' });
  });

  it('never repeats data in a fault', () => {
    const result = render(
      { text: "{{ list | where: 'a', 'b' | join: list | date: '%Y' }}{{ missing }}" },
      { list: ['Zimtsternkanarie'] },
    );
    expect(JSON.stringify(result)).not.toContain('Zimtsternkanarie');
  });
});

describe('whatever the data', () => {
  const outputs = [
    '{{ v }}',
    '<a title="{{ v }}">x</a>',
    '{% echo v %}',
    "{% cycle v, 'b' %}",
    '{% capture c %}{{ v }}{% endcapture %}{{ c }}',
    '{% for x in l %}{{ x }}{% endfor %}',
    '{% assign y = v | append: v %}{{ y }}',
    '{{ v | escape }}',
    '{{ v | escape | upcase }}',
    '{{ v | newline_to_br }}',
    '{{ v | url_encode | url_decode }}',
    '{{ v | json }}',
    "{{ v | default: 'x' }}",
    '{{ l | join: v }}',
    '{% liquid\n echo v\n%}',
    '{% tablerow x in l %}{{ x }}{% endtablerow %}',
  ];
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('<script>', '"onload=x', "' x", '<', '>', '&lt;<', '\r\n<b>'),
  );

  it('html holds no markup of it', () => {
    const frame = (text: string) => text.replace(/<\/?(tr|td|b|a)( class="\w+")?( title="[^"<>]*")?>/g, '');
    fc.assert(
      fc.property(fc.constantFrom(...outputs), nasty, (output, v) => {
        const result = render({ html: `<b>${output}</b>` }, { v, l: [v, v] });
        if (result.kind === 'rendered') expect(frame(result.message.html ?? '')).not.toMatch(/[<>"']/);
      }),
      { numRuns: 1000 },
    );
  });

  it('each way of putting out does put out, so that the property looks at something', () => {
    for (const output of outputs)
      expect(messageOf({ html: output }, { v: 'kanarie', l: ['kanarie', 'b'] }).html).toMatch(/kanarie/i);
  });

  it('the way past escaping is closed', () => {
    expect(faultOf({ html: '{{ v | raw }}' }, { v: '<' })).toMatchObject({ kind: 'syntax', part: 'html' });
  });

  it('a subject is one line without control characters', () => {
    fc.assert(
      fc.property(fc.constantFrom('{{ v }}', 'a\n{{ v }}', '{% echo v %}'), nasty, (subject, v) => {
        const result = render({ subject, text: 'x' }, { v });
        if (result.kind === 'rendered') expect(result.message.subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
      { numRuns: 500 },
    );
    expect(messageOf({ subject: 'Hi {{ v }}', text: 'x' }, { v: 'a\r\nBcc: b@c.test\u2028d' }).subject).toBe(
      'Hi a Bcc: b@c.test d',
    );
  });

  it('any template is answered, never thrown', () => {
    const fragments = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      ' if ',
      ' for x in ',
      'v',
      '|',
      'date',
      ':',
      "'",
      '\n',
      'endif',
      '(1..3)',
      '[',
      '.',
      'json',
      'sort',
    );
    fc.assert(
      fc.property(
        fc.array(fragments, { maxLength: 14 }).map((all) => all.join('')),
        nasty,
        (text, v) => {
          expect(['rendered', 'fault']).toContain(render({ text, html: text }, { v }).kind);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a template that the provider keeps', () => {
  const providerTemplate = { name: 'viewing', language: 'en_US', parameters: ['{{ name }}', 'at {{ time }}'] };
  const bodies = { whatsapp: { text: 'Dear {{ name }}', providerTemplate } };
  const rendered = (data: Record<string, unknown>, kind: 'template' | 'literal' = 'template') =>
    renderMessage({ source: { kind, bodies }, channel: 'whatsapp', data });

  it('goes along with its parameters filled in, each one line, unescaped', () => {
    expect(rendered({ name: 'A & B', time: '10:00\n\tsharp     now' })).toEqual({
      kind: 'rendered',
      message: {
        text: 'Dear A & B',
        template: { name: 'viewing', language: 'en_US', parameters: ['A & B', 'at 10:00 sharp now'] },
      },
    });
  });

  it('needs its variables and may not be too long', () => {
    expect(rendered({ name: 'A' })).toMatchObject({ fault: { kind: 'missing_variables', names: ['time'] } });
    const long = rendered({ name: 'A', time: 'x'.repeat(1_100) });
    expect(long).toMatchObject({ fault: { kind: 'render', part: 'parameter', reason: 'too_long' } });
  });

  it('is nothing that ready words can name', () => {
    expect(rendered({}, 'literal')).toEqual({ kind: 'rendered', message: { text: 'Dear {{ name }}' } });
  });

  it('is checked with the rest', () => {
    expect(validateTemplate(bodies)).toEqual({ variables: ['name', 'time'], faults: [] });
    const faulty = { whatsapp: { text: 'a', providerTemplate: { ...providerTemplate, parameters: ['{{ open'] } } };
    expect(validateTemplate(faulty).faults).toMatchObject([{ kind: 'syntax', part: 'parameter', channel: 'whatsapp' }]);
  });
});
