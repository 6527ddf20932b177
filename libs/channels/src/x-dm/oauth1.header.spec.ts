import { expect, it } from '@jest/globals';
import { oauth1Header } from './oauth1.header.js';

// The worked example of X's own guide to signatures (docs.x.com, "Creating a signature").
const keys = {
  consumerKey: 'xvz1evFS4wEEPTGEFPHBog',
  consumerSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
  accessToken: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
  accessTokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
};
const documented = {
  method: 'POST',
  url: 'https://api.twitter.com/1.1/statuses/update.json?include_entities=true',
  form: { status: 'Hello Ladies + Gentlemen, a signed OAuth request!' },
  nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
  timestamp: 1_318_622_958,
} as const;
const signatureOf = (call: Parameters<typeof oauth1Header>[1]) =>
  decodeURIComponent(/oauth_signature="([^"]+)"/.exec(oauth1Header(keys, call))?.[1] ?? '');

it('signs as in the documented example', () => {
  expect(signatureOf(documented)).toBe('hCtSmYh+iHYCEqBWrE7C7hYmtUk=');
});

it('signs another nonce, another time, another address otherwise', () => {
  const others = [{ nonce: 'b' }, { timestamp: 1_318_622_959 }, { url: 'https://api.twitter.com/2/x' }];
  for (const other of others) expect(signatureOf({ ...documented, ...other })).not.toBe(signatureOf(documented));
});
