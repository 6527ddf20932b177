import { describe, expect, it } from '@jest/globals';
import { REFERENCE } from '../../../../libs/contracts/src/bus/outreach-command.js';
import { COULD_NOT, inHand, linkOf, saidSo, whatToDo, whyByHand } from './task.wording.js';

const now = Date.parse('2026-05-01T10:00:00Z');
const to = (address: string) => ({ to: { address } });

describe('a task in words', () => {
  it('links to where it is sent, and to nothing but the web', () => {
    expect(linkOf(to('https://www.linkedin.com/in/someone'))).toBe('https://www.linkedin.com/in/someone');
    expect(linkOf(to('http://127.0.0.1:9/contact'))).toBe('http://127.0.0.1:9/contact');
    for (const address of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'urn:li:person:a', 'x'])
      expect(linkOf(to(address))).toBeUndefined();
  });

  it('says what is to be done', () => {
    expect(whatToDo({ channel: 'contact_form' })).toContain('form');
    expect(whatToDo({ channel: 'linkedin', approach: 'connection_request' })).toContain('connect');
    expect(whatToDo({ channel: 'linkedin', approach: 'message' })).toBe('Send this person the text below by linkedin');
  });

  it('says why, also for a reason that nobody has written a sentence for', () => {
    expect(whyByHand('captcha')).toContain('proof');
    expect(whyByHand('brand_new')).toBe('Brand new.');
  });

  it.each([
    [{ state: 'open', worker: 'me', claimedUntil: '2026-05-01T10:10:00Z' }, 'In your hands'],
    [
      { state: 'open', worker: 'you', claimedUntil: '2026-05-01T10:10:00Z' },
      'In somebody else’s hands; free in 10 minutes at the latest',
    ],
    [{ state: 'open', worker: 'you', claimedUntil: '2026-05-01T10:00:00Z' }, undefined],
    [{ state: 'sent', worker: 'you', claimedUntil: '2026-05-01T10:10:00Z' }, undefined],
    [{ state: 'open' }, undefined],
  ] as const)('%j is: %s', (task, said) => expect(inHand(task, 'me', now)).toBe(said));

  it('tells what a word led to, and what it was said despite of', () => {
    expect(saidSo({ state: 'sent' })).toBe('Noted as sent.');
    expect(saidSo({ state: 'sent', despite: 'suppressed' })).toContain('(suppressed)');
    expect(saidSo({ state: 'declined' })).toContain('not sent');
  });

  it('keeps of a reason what may be kept for ever: a code', () => {
    for (const [code] of COULD_NOT) expect(code).toMatch(REFERENCE);
  });
});
