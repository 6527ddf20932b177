// WhatsApp carries free text within 24 hours of the person's last message only; beyond that what goes out must name an approved template.
import { expect, it } from '@jest/globals';
import { emptyOutreach, evolveOutreach } from '@homing/domain';
import { committed } from '@homing/testing/outreach-story';
import { renderBatch, type RenderParts } from './delivery.renderer.js';

const providerTemplate = { name: 'viewing', language: 'en_US', parameters: ['{{ recipient.name }}', '{{ time }}'] };

async function rendered(whatsapp: object) {
  const state = committed.reduce(evolveOutreach, emptyOutreach);
  const delivery = state.status === 'active' ? state.deliveries[0] : undefined;
  if (state.status === 'none' || !delivery) throw new Error('the story has a delivery');
  const content = { kind: 'template' as const, templateId: 'viewing', templateUuid: 'u', version: 1 };
  const request = {
    recipient: { name: 'Ada', contacts: { whatsapp: ['+15005550042'] } },
    content: { templateId: 'viewing', data: { time: '10:00' } },
  };
  const parts = {
    vault: { openRequests: async () => [{ kind: 'opened', request }] },
    registry: {
      findTemplateVersions: async () => [{ bodies: { whatsapp } }],
      findTenants: async () => [{ sender: null, settings: {} }],
    },
    defaultSenders: new Map(),
  } as unknown as RenderParts;
  const plan = { ...delivery.plan, content };
  const [result] = await renderBatch(parts, [
    { state, delivery: { ...delivery, plan, channel: 'whatsapp' }, attempt: 1 },
  ]);
  return result?.status === 'fulfilled' ? result.value : result?.reason;
}

it('names the approved template of the body, its parameters filled in, beside the words', async () => {
  expect(await rendered({ text: 'Dear {{ recipient.name }}', providerTemplate })).toMatchObject({
    kind: 'message',
    message: {
      text: 'Dear Ada',
      template: { name: 'viewing', language: 'en_US', parameters: ['Ada', '10:00'] },
    },
  });
});

it('names none where the body names none', async () => {
  const said = await rendered({ text: 'Dear {{ recipient.name }}' });
  expect(said).toMatchObject({ kind: 'message', message: { text: 'Dear Ada' } });
  expect(said).not.toHaveProperty('message.template');
});

it('is not sendable while a parameter has no value', async () => {
  const parameters = ['{{ place }}'];
  expect(await rendered({ text: 'Hello', providerTemplate: { ...providerTemplate, parameters } })).toEqual({
    kind: 'impossible',
    reason: 'content_missing_variables',
  });
});
