import { counter, gauge } from '@homing/service-kit/telemetry';

export const deskAnswers = counter({
  name: 'homing_desk_answers_total',
  help: 'What the desk of the dead letters was asked, and how it answered.',
  labels: { action: ['open', 'replay', 'discard', 'open_inbound'], answer: 'open' },
});

export const openLetters = gauge({
  name: 'homing_dead_letters_open',
  help: 'Dead letters that wait for an operator, over the whole installation.',
});

export const oldestLetter = gauge({
  name: 'homing_dead_letters_oldest_seconds',
  help: 'Age of the oldest dead letter that waits for an operator.',
});
