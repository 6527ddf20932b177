import { counter } from '@homing/service-kit/telemetry';

export const wordsAnswered = counter({
  name: 'homing_words_answered_total',
  help: 'Answers to STOP, START and HELP that were asked for; each is an outreach of its own from then on.',
  labels: { word: ['stop', 'start', 'help'], channel: 'open' },
});
