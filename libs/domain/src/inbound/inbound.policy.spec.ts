import { describe, expect, it } from '@jest/globals';
import { classifyInbound } from './inbound.policy.js';

const answering = { answers: true, unsubscribed: false };
const strange = { answers: false, unsubscribed: false };
const sms = (text: string) => ({ channel: 'sms', text }) as const;
const email = (text: string, subject = 'Re: Hello') => ({ channel: 'email', subject, text }) as const;

describe('what somebody wrote', () => {
  it.each([
    ['an answer', sms('Sounds good, call me'), answering, 'reply'],
    ['something else', sms('Where is my parcel?'), strange, 'other'],
    ['a wish to stop, though it answers nothing', sms('Stop.'), strange, 'opt_out'],
    ['a wish to stop that the provider recognised', { ...sms('Halt ein'), keyword: 'stop' }, answering, 'opt_out'],
    ['a wish to start again', sms('start'), answering, 'opt_in'],
    ['a yes from who had stopped', sms('YES'), { ...answering, unsubscribed: true }, 'opt_in'],
    ['a yes from anybody else', sms('YES'), answering, 'reply'],
    ['a call for help', sms('help'), answering, 'help'],
    ['the same by mail', email('info'), answering, 'reply'],
    ['an out of office', { ...email('I am away until Monday'), automatic: true }, answering, 'automatic'],
    ['a machine that says stop', { ...email('stop'), automatic: true }, answering, 'automatic'],
    ['mail to the one-click mailbox', email('', 'unsubscribe'), strange, 'opt_out'],
    ['an answer to a mail with such a subject', email('Why?', 'Re: unsubscribe'), answering, 'reply'],
    ['a subject that is a yes', email('Let us talk', 'Start'), answering, 'reply'],
    ['stop above a quotation', email('Stop\n\nOn Monday, Ada wrote:\n> Please do not stop'), answering, 'opt_out'],
    ['stop above a signature', email('Unsubscribe\n-- \nAda\nTest Bakery'), answering, 'opt_out'],
    ['stop within a sentence', email('Please stop by tomorrow.\n> unsubscribe'), answering, 'reply'],
    ['nothing at all', { channel: 'facebook' }, answering, 'reply'],
  ] as const)('%s', (_what, item, known, expected) => expect(classifyInbound(item, known)).toBe(expected));
});
