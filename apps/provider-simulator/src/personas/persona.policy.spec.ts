import { expect, it } from '@jest/globals';
import { fateOf, personaOf } from './persona.policy.js';

it.each([
  ['r1@sandbox.test', 'processed delivered'],
  ['r1+delivers@sandbox.test', 'processed delivered'],
  ['r17+opens+clicks@sandbox.test', 'processed delivered opened clicked'],
  ['r1+clicks@sandbox.test', 'processed delivered opened clicked'],
  ['r1+machineopens@sandbox.test', 'processed delivered opened-by-machine'],
  ['r1+bounces@sandbox.test', 'processed bounced-hard'],
  ['r1+softbounces@sandbox.test', 'processed bounced-soft'],
  ['r1+asyncbounces@sandbox.test', 'processed delivered bounced-late'],
  ['r1+drops+opens@sandbox.test', 'dropped'],
  ['r1+defers@sandbox.test', 'processed deferred deferred delivered'],
  ['r1+unsubscribes@sandbox.test', 'processed delivered opened unsubscribed'],
  ['r1+complains@sandbox.test', 'processed delivered complained'],
  ['r1+replies@sandbox.test', 'processed delivered opened replied'],
  ['r1+silent+opens@sandbox.test', ''],
  ['R1+OPENS@sandbox.test', 'processed delivered opened'],
  ['r1+newsletter@sandbox.test', 'processed delivered'],
  ['opens@sandbox.test', 'processed delivered'],
  ['+15550001111', 'processed delivered'],
  ['+15550001141', ''],
  ['whatsapp:+15550001142', 'processed delivered read'],
  ['+15550001144', 'processed delivered stopped'],
  ['15550001145', 'processed undelivered'],
  ['+15550001146', 'processed failed'],
  ['+15550001149', 'processed delivered opened read replied'],
  ['person-17+reads', 'processed delivered read'],
])('%s -> %s', (address, fates) => {
  const steps = fateOf(personaOf(address));
  expect(steps.map(({ fate }) => fate).join(' ')).toBe(fates);
  expect(steps.map(({ afterMs }) => afterMs)).toEqual(steps.map(({ afterMs }) => afterMs).toSorted((a, b) => a - b));
});
