import type { WebhookTarget } from '../provider.play.js';
import { httpPost } from '../webhooks/http.post.js';
import type { Post } from '../webhooks/webhook.outbox.js';
import { brevoEvent, brevoReply } from './brevo.events.js';

/**
 * One event a POST under the bearer token of the webhook's settings; nothing is signed. Of all refusals only 429 is tried again: after any
 * other answer the event is thrown away.
 */
export function brevoPost({ url, seed, secret }: WebhookTarget): Post {
  const address = `${url.replace(/\/$/, '')}/webhooks/brevo`;
  return (events, unsigned) => {
    const token = unsigned ? 'a-token-that-somebody-made-up-0000' : secret('BREVO_WEBHOOK_TOKEN');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'SendinBlue Webhook',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const bodies = events.flatMap((event) => {
      const told = event.step.fate === 'replied' ? { items: [brevoReply(seed, event)] } : brevoEvent(event);
      return told ? [Buffer.from(JSON.stringify(told))] : [];
    });
    return async () => {
      let left = 0;
      for (const body of bodies.slice()) {
        const status = await httpPost(address, body, headers);
        if (status !== undefined && status !== 429) bodies.splice(left, 1);
        else left += 1;
      }
      return left === 0 ? 200 : 429;
    };
  };
}
