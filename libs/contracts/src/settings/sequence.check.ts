import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { Strategy } from '../events/outreach-events.js';
import { faultsOf, printable, type FieldFault } from '../request/field-fault.js';
import { strategyOf, type SequenceSettings, type StepSettings } from './sequence.js';
import { SequenceDto } from './step.dto.js';

/** Named sequences a tenant may have. */
export const MAX_SEQUENCES = 100;
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

/** What well-formed steps say that can never be kept. `at` is the path of the list. */
export function stepFaults(strategy: Strategy | undefined, steps: readonly StepSettings[], at = 'steps'): FieldFault[] {
  const faults: FieldFault[] = [];
  const fault = (field: string, code: string, message: string): void => void faults.push({ field, code, message });
  const of = strategyOf(strategy, steps);
  if (of !== 'single' && steps.length < 2)
    fault(at, 'too_few_steps', `must hold at least two: a ${of} of one step is none`);
  if (of === 'single' && steps.length > 1)
    fault(at, 'too_many_steps', 'must hold one: the strategy single sends one message; choose fallback or parallel');
  steps.forEach(({ step, channel }, i) => {
    if (step !== undefined && step !== i + 1)
      fault(`${at}[${i}].step`, 'not_in_order', `must be ${i + 1}: steps are numbered from 1 in their order`);
    if (channel === 'phone')
      fault(`${at}[${i}].channel`, 'not_available_yet', 'cannot be used yet: choose another channel');
    const twice =
      of === 'parallel' && channel !== 'auto' && steps.slice(0, i).some((other) => other.channel === channel);
    if (twice)
      fault(`${at}[${i}].channel`, 'channel_twice', 'is used by an earlier step, and both would be sent at once');
  });
  return faults;
}

/** Everything wrong with a tenant's named sequences. */
export function sequenceFaults(sequences: unknown): FieldFault[] {
  if (sequences === undefined || sequences === null) return [];
  const names = Object.keys(sequences);
  if (names.length > MAX_SEQUENCES)
    return [{ field: 'sequences', code: 'too_many', message: `must hold at most ${MAX_SEQUENCES}` }];
  return names.flatMap((name) => {
    const field = printable(`sequences.${name}`);
    if (!NAME.test(name))
      return [
        { field, code: 'unknown_name', message: 'must be named by a short lower-case word such as first_contact' },
      ];
    return oneSequenceFaults((sequences as Readonly<Record<string, unknown>>)[name], field);
  });
}

/** Everything wrong with one sequence. `at` is its path; empty where it is the whole. */
export function oneSequenceFaults(value: unknown, at = ''): FieldFault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ field: at, code: 'not_an_object', message: 'must be a JSON object' }];
  const errors = validateSync(plainToInstance(SequenceDto, value), {
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
  });
  const faults = errors.flatMap((error) => faultsOf(error, at));
  if (faults.length > 0) return faults;
  const { strategy, steps } = value as SequenceSettings;
  return stepFaults(strategy, steps, at ? `${at}.steps` : 'steps');
}

export const isSequenceName = (name: string): boolean => NAME.test(name) && !(name in Object.prototype);
