/** Mail as it stands, and what a person wrote in it: for every provider that hands one on. */
export { readMail, withoutTags } from './smtp/mail.reader.js';
export { withoutQuotation } from './smtp/reply.policy.js';
