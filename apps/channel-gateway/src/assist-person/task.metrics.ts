import { counter } from '@homing/service-kit/telemetry';

export const taskAnswers = counter({
  name: 'homing_assisted_answers_total',
  help: 'What people asked about tasks they do by hand, and how it was answered.',
  labels: { action: ['open', 'finish'], answer: 'open' },
});
