// WhatsApp, Messenger and Instagram keep the channel contract: one API, three products.
import { channelContract, type ChannelStage } from '../channel-contract.fixture.js';
import { createInstagramProvider } from '../instagram/instagram.provider.js';
import { createMessengerProvider } from '../messenger/messenger.provider.js';
import { idOfWamid } from '../whatsapp-cloud/wamid.digest.js';
import { createWhatsappCloudProvider } from '../whatsapp-cloud/whatsapp-cloud.provider.js';
import { answered, escaped, graphError, markedAttempt, message, sample, signedBy, usage } from './meta.fixture.js';
import { createMetaWebhook, META_SIGNATURE } from './meta.webhook.js';

const capabilities = { idempotencyKey: false, lookUp: false, batch: false, webhooks: true } as const;
const WAMID = 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJCOTY3NDc0NDFDRUI3NTA0Q0UA';
const MID = 'm_qr6GPBlzTU4jqP0PBqaIoIAcfn2p3T7uiO5jm0L_PMTKMJhEIUGFkEKQBhGkpCnPXVZNsYdkN7A2Sel0dOz_Iw';

const refusals = {
  throttled: { answer: graphError(429, 130429, {}, usage(2)), retryAfterSeconds: 120 },
  badKey: graphError(401, 190, { error_subcode: 1234567 }),
  refused: graphError(400, 100),
  unavailable: graphError(503, 2),
  failed: graphError(500, 1),
};
const webhook = (name: string) => ({
  parser: createMetaWebhook(),
  valid: signedBy(escaped(sample('meta', name).body), META_SIGNATURE),
});

channelContract(
  'whatsapp_cloud',
  {
    provide: (baseUrl) => createWhatsappCloudProvider({ accessToken: 'EAAtest', phoneNumberId: '1065', baseUrl }),
    message: { ...message, to: { address: '+16505551234' } },
    answers: {
      accepted: {
        answer: answered(sampleAnswer(WAMID)),
        providerMessageId: idOfWamid(WAMID) ?? '',
      },
      ...refusals,
    },
    attemptOf: markedAttempt,
    webhook: webhook('whatsapp-status-delivered'),
  },
  capabilities,
);

function sampleAnswer(id: string) {
  const contacts = [{ input: '+16505551234', wa_id: '16505551234' }];
  return { messaging_product: 'whatsapp', contacts, messages: [{ id, message_status: 'accepted' }] };
}

const accepted = { answer: answered({ recipient_id: '5275811702471834', message_id: MID }), providerMessageId: MID };

channelContract(
  'messenger',
  {
    provide: (baseUrl) => createMessengerProvider({ accessToken: 'EAAtest', pageId: '2001', baseUrl }),
    message,
    answers: { accepted, ...refusals },
    attemptOf: markedAttempt,
    webhook: {
      parser: createMetaWebhook(),
      valid: signedBy(escaped(filled('messenger-delivery')), META_SIGNATURE),
    },
  } satisfies ChannelStage,
  capabilities,
);

channelContract(
  'instagram',
  {
    provide: (baseUrl) => createInstagramProvider({ accessToken: 'IGtest', baseUrl }),
    message,
    answers: { accepted, ...refusals },
    attemptOf: false,
    webhook: {
      parser: createMetaWebhook(),
      valid: signedBy(escaped(filled('instagram-seen')), META_SIGNATURE),
    },
  },
  capabilities,
);

/** The documented body with ids where the page has placeholders. */
function filled(name: string): unknown {
  const body = JSON.stringify(sample('meta', name).body);
  return JSON.parse(body.replaceAll(/<[A-Z_]+>/g, '17841400000000001'));
}
