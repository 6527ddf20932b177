import { describe, expect, it } from '@jest/globals';
import { withSenderIdentity, type SenderIdentity } from './sender.identity.js';

const branding = { company: 'Test & Bakery', postalAddress: '1 Main Street\n12345 Town' };
const of = (over: Partial<SenderIdentity> = {}): SenderIdentity => ({
  ...{ rule: 'append', messageType: 'marketing', branding },
  ...over,
});
const body = { subject: 'Hello', text: 'Hello.', html: '<html><body><p>Hello.</p></BODY></html>' };

describe('the postal address of a commercial email', () => {
  it('is put below where the message does not show it, in text and in HTML', () => {
    expect(withSenderIdentity(body, of())).toEqual({
      subject: 'Hello',
      text: 'Hello.\n\nTest & Bakery\n1 Main Street\n12345 Town\n',
      html: '<html><body><p>Hello.</p><p style="font-size:12px;color:#666">Test &amp; Bakery<br>1 Main Street<br>12345 Town</p></BODY></html>',
    });
    expect(withSenderIdentity({ text: 'Hello.', html: '<p>Hello.</p>' }, of())?.html).toMatch(
      /^<p>Hello\.<\/p><p style/,
    );
    expect(withSenderIdentity({ text: 'Hello.' }, of())).not.toHaveProperty('html');
  });

  it('stays as it is where the message shows it, however it breaks its lines', () => {
    const shown = { text: 'Hello.\n1 Main Street 12345  Town', html: '<p>1 Main Street\n12345 Town</p>' };
    expect(withSenderIdentity(shown, of())).toEqual(shown);
  });

  it('is not there for who has none: then nothing is sent only where it is required', () => {
    expect(withSenderIdentity(body, of({ branding: {} }))).toBe(body);
    expect(withSenderIdentity(body, of({ branding: {}, rule: 'require' }))).toBeUndefined();
    expect(withSenderIdentity(body, of({ rule: 'require' }))?.text).toContain('1 Main Street');
  });

  it('is nobody’s business where the rule is off or the message sells nothing', () => {
    expect(withSenderIdentity(body, of({ rule: 'off', branding: {} }))).toBe(body);
    expect(withSenderIdentity(body, of({ rule: 'require', branding: {}, messageType: 'transactional' }))).toBe(body);
  });
});
