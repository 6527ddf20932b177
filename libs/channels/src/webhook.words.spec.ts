import { WEBHOOK_PROVIDERS, WEBHOOK_WORDS } from '@homing/contracts';
import { expect, it } from '@jest/globals';
import { PROVIDER_SETUPS, WEBHOOK_SETUPS } from './provider.setups.js';

it('every provider that messages leave through says under which words it tells what became of them', () => {
  expect(Object.keys(WEBHOOK_WORDS).toSorted()).toEqual(PROVIDER_SETUPS.map(({ key }) => key).toSorted());
  const heard = WEBHOOK_SETUPS.map(({ provider }) => provider);
  expect(heard.toSorted()).toEqual([...WEBHOOK_PROVIDERS].toSorted());
  const told = new Set(Object.values(WEBHOOK_WORDS).flat());
  // A partner programme of LinkedIn's asks a challenge there and says nothing of messages.
  expect(heard.filter((word) => !told.has(word as never))).toEqual(['linkedin']);
});
