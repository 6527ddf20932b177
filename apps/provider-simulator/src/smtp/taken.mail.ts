import PostalMime from 'postal-mime';

/** A mail as the server and its reader see it. */
export interface TakenMail {
  /** Without angle brackets. */
  readonly messageId?: string;
  readonly deliveryId?: string;
  readonly attempt?: number;
  /** What later mails and clicks need: whose it was, where its picture, first link and way out lead. */
  readonly args: Readonly<Record<string, string>>;
}

export async function readTakenMail(raw: Buffer): Promise<TakenMail> {
  const { headers, html = '', messageId } = await PostalMime.parse(raw);
  const header = (name: string) => headers.find(({ key }) => key === name)?.value.trim();
  const attempt = Number(header('x-attempt'));
  const args = {
    op_delivery_id: header('x-delivery-id'),
    op_attempt: header('x-attempt'),
    op_tenant_id: header('x-tenant-id'),
    pixel: /<img\b[^>]*\ssrc="(https?:[^"]*\/t\/o\/[^"]+)"/i.exec(html)?.[1],
    link: /<a\b[^>]*\shref="(https?:[^"]+)"/i.exec(html)?.[1]?.replaceAll('&amp;', '&'),
    unsubscribe: /<(https?:[^>]+)>/.exec(header('list-unsubscribe') ?? '')?.[1],
  };
  const deliveryId = args.op_delivery_id;
  return {
    ...(messageId ? { messageId: messageId.replace(/^<|>$/g, '') } : {}),
    ...(deliveryId ? { deliveryId } : {}),
    ...(attempt > 0 ? { attempt } : {}),
    args: Object.fromEntries(Object.entries(args).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}
