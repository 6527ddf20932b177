import type { ChannelProvider, OutboundMessage, ProviderTemplate } from '../channel.provider.js';
import { list, record } from '../json.reading.js';
import { markOf } from '../meta/attempt.mark.js';
import { createGraphProvider, type GraphAccount, type GraphBody } from '../meta/graph.provider.js';
import { numberCheck } from './number.check.js';
import { idOfWamid } from './wamid.digest.js';

export interface WhatsappCloudConfig extends Omit<GraphAccount, 'baseUrl'> {
  /** Meta's id of the sending number, not the number itself. */
  readonly phoneNumberId: string;
  /** Default `https://graph.facebook.com`. */
  readonly baseUrl?: string;
}

const LONGEST_TEXT = 4_096;
const LONGEST_PARAMETER = 1_024;

/**
 * WhatsApp through Meta's Cloud API: an approved template where the message names one, else free text, which Meta takes within
 * 24 hours of the person's last message only (`outside_window`).
 *
 * The message says who it is to; the number it comes from is the account's.
 *
 * @throws TypeError, to whoever configures: see `createGraphProvider`.
 */
export function createWhatsappCloudProvider(config: WhatsappCloudConfig): ChannelProvider {
  return createGraphProvider(
    { ...config, baseUrl: config.baseUrl ?? 'https://graph.facebook.com' },
    {
      key: 'whatsapp_cloud',
      channel: 'whatsapp',
      sender: config.phoneNumberId,
      bodyOf: whatsappBody,
      // Of `accepted`, `held_for_quality_assessment` and `paused` alike: what becomes of it a webhook says.
      messageIdOf: (answer) => idOfWamid(record(list(answer['messages'])[0])['id']),
    },
  );
}

function whatsappBody(message: OutboundMessage): GraphBody {
  const { to, template, text } = message;
  if (!/^\+?[1-9]\d{6,14}$/.test(to.address)) return { kind: 'refused', code: 'recipient_malformed' };
  const said = template ? ofTemplate(template) : ofText(text);
  if (typeof said === 'string') return { kind: 'refused', code: said };
  const envelope = { messaging_product: 'whatsapp', recipient_type: 'individual', to: to.address };
  const mark = markOf(message, numberCheck(message.deliveryId, to.address));
  return { kind: 'body', body: { ...envelope, ...said, biz_opaque_callback_data: mark } };
}

function ofText(text: string): object | string {
  if (!text.trim()) return 'text_missing';
  return text.length > LONGEST_TEXT ? 'text_too_long' : { type: 'text', text: { body: text, preview_url: false } };
}

/** A parameter that Meta would refuse anyway (132000, 132012): empty, or with a line break, a tab or more than four spaces in a row. */
const UNSENDABLE = /^\s*$|[\r\n\t]| {5}/;

function ofTemplate({ name, language, parameters }: ProviderTemplate): object | string {
  if (!/^[a-z0-9_]{1,512}$/.test(name) || !/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/.test(language)) return 'template_malformed';
  if (parameters.some((text) => UNSENDABLE.test(text) || text.length > LONGEST_PARAMETER)) return 'template_parameters';
  const body = { type: 'body', parameters: parameters.map((text) => ({ type: 'text', text })) };
  const components = parameters.length > 0 ? { components: [body] } : {};
  return { type: 'template', template: { name, language: { code: language }, ...components } };
}
