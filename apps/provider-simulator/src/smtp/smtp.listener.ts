import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Acceptance } from '../ledger/ledger.js';
import type { PlayParts } from '../provider.play.js';
import { readTakenMail, type TakenMail } from './taken.mail.js';

type Done = (error?: Error | null, message?: string) => void;

const reply = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

/** Takes mails on a port of its own. Accepted means: in the ledger, on the disk, before the 250. */
export async function listenSmtp(parts: PlayParts): Promise<{ close(): Promise<void> }> {
  const port = parts.secret('SIMULATOR_SMTP_PORT');
  if (!port) return { close: () => Promise.resolve() };
  const password = parts.secret('SMTP_PASSWORD');
  const server = new SMTPServer({
    logger: false,
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    authOptional: password === undefined,
    closeTimeout: 100,
    onAuth: (auth, _session, done) =>
      password === undefined || auth.password === password
        ? done(null, { user: auth.username ?? 'anybody' })
        : done(reply(535, '5.7.8 authentication credentials invalid')),
    onData: (stream, session, done) => {
      const end = (): void => {
        for (const connection of server.connections) if (connection.id === session.id) connection._socket.destroy();
      };
      take(stream, { session, done, end }, parts).catch((error: unknown) => {
        parts.report((error as Error).name);
        end(); // not accepted, not answered
      });
    },
  });
  server.on('error', (error) => parts.report(error.name));
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  return { close: () => new Promise((resolve) => server.close(() => resolve())) };
}

interface Transaction {
  readonly session: SMTPServerSession;
  readonly done: Done;
  /** Destroys the connection without a reply. */
  readonly end: () => void;
}

async function take(
  stream: AsyncIterable<Buffer>,
  { session, done, end }: Transaction,
  { board, now, ledger, accepted }: PlayParts,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const mail = await readTakenMail(Buffer.concat(chunks));
  const to = session.envelope.rcptTo.map(({ address }) => address);
  const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
  const { latencyMs, verdict } = board.judge('smtp', `${mail.deliveryId ?? to.join(',')}:${mail.attempt ?? ''}`);
  if (latencyMs > 0) await delay(latencyMs);
  if (verdict.kind === 'hang') return;
  if (verdict.kind === 'drop') return end();
  if (verdict.kind === 'throttle') return done(reply(450, '4.7.28 too much mail, slow down'));
  if (verdict.kind === 'error') return done(asOrdered(verdict.status));
  const id = mail.messageId ?? `unnamed-${now()}@simulator.test`;
  const lines = await ledger.accept(
    to.map((address) => acceptance(address, from, mail)),
    () => id,
  );
  for (const line of lines) accepted(line);
  if (verdict.answerDelayMs > 0) await delay(verdict.answerDelayMs);
  if (verdict.then === 'drop') return end();
  if (verdict.then === 'answer') done(null, `2.0.0 Ok: queued as ${lines[0]?.n ?? 0}`);
}

/** An HTTP status as a mail server would say it. */
function asOrdered(status: number): Error {
  if (status === 401 || status === 403) return reply(530, '5.7.0 authentication required');
  return status >= 500 ? reply(451, '4.3.0 local error, try again later') : reply(554, '5.6.0 message refused');
}

const acceptance = (to: string, returnPath: string, mail: TakenMail): Acceptance => ({
  provider: 'smtp',
  channel: 'email',
  to,
  deliveryId: mail.deliveryId ?? null,
  attempt: mail.attempt ?? null,
  idempotencyKey: null,
  args: { returnPath, ...mail.args },
});
