// A mail server on loopback whose answers a test picks one mail at a time. Real SMTP, no behaviour of its own.
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Answer, LoopbackServer, SeenCall } from '../loopback-provider.fixture.js';

export interface SeenMail extends SeenCall {
  readonly from: string;
  readonly to: readonly string[];
  readonly user?: string;
}

type Reply = Exclude<Answer, string>;

const refusal = ({ status, body = '' }: Reply) => Object.assign(new Error(body), { responseCode: status });
const isRefusal = (answer: Answer, at: 'MAIL' | 'RCPT' | 'DATA'): answer is Reply =>
  typeof answer === 'object' && answer.status >= 300 && (answer.headers?.['at'] ?? 'DATA') === at;

export interface LoopbackSmtpOptions {
  readonly password?: string;
  readonly tls?: boolean;
}

export class LoopbackSmtp implements LoopbackServer {
  readonly calls: SeenMail[] = [];
  /** Of every following mail: accepted unless said otherwise. */
  answer: Answer = { status: 250 };
  /** The connection is destroyed instead of a reply to the recipient. */
  dropAtRecipient = false;
  abandoned = 0;
  connections = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #open = new Set<string>();
  readonly #server: SMTPServer;

  private constructor({ password, tls = false }: LoopbackSmtpOptions) {
    this.#server = new SMTPServer({
      logger: false,
      hideSTARTTLS: !tls,
      authOptional: password === undefined,
      allowInsecureAuth: true,
      closeTimeout: 50,
      onConnect: (_session, done) => {
        this.connections++;
        done();
      },
      onAuth: (auth, _session, done) =>
        auth.password === password
          ? done(null, { user: auth.username ?? '' })
          : done(Object.assign(new Error('5.7.8 PROSE'), { responseCode: 535 })),
      onMailFrom: (_address, session, done) => this.#step('MAIL', session, done),
      onRcptTo: (_address, session, done) => this.#step('RCPT', session, done),
      onData: (stream, session, done) => void this.#take(stream, session, done).catch(() => undefined),
      onClose: (session) => {
        if (this.#open.delete(session.id)) this.abandoned++;
        this.#wake();
      },
    });
    this.#server.on('error', () => undefined);
  }

  static async start(options: LoopbackSmtpOptions = {}): Promise<LoopbackSmtp> {
    const smtp = new LoopbackSmtp(options);
    await new Promise<void>((resolve) => smtp.#server.listen(0, '127.0.0.1', resolve));
    return smtp;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    for (const connection of this.#server.connections) connection._socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }

  #step(at: 'MAIL' | 'RCPT', session: SMTPServerSession, done: (error?: Error | null) => void): void {
    if (at === 'RCPT' && this.dropAtRecipient) {
      this.#see(session, '');
      return this.#drop(session);
    }
    if (!isRefusal(this.answer, at)) return done();
    this.#see(session, '');
    done(refusal(this.answer));
  }

  async #take(
    stream: AsyncIterable<Buffer>,
    session: SMTPServerSession,
    done: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const { answer } = this;
    if (answer === 'hang') this.#open.add(session.id);
    this.#see(session, Buffer.concat(chunks).toString());
    if (answer === 'drop-after-reading') this.#drop(session);
    else if (isRefusal(answer, 'DATA')) done(refusal(answer));
    else if (answer !== 'hang') done(null, `2.0.0 Ok: queued as ${this.calls.length}`);
  }

  #see(session: SMTPServerSession, body: string): void {
    const { mailFrom, rcptTo } = session.envelope;
    this.calls.push({
      path: 'DATA',
      headers: {},
      body,
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
      ...(session.user === undefined ? {} : { user: String(session.user) }),
    });
    this.#wake();
  }

  #drop(session: SMTPServerSession): void {
    for (const connection of this.#server.connections) if (connection.id === session.id) connection._socket.destroy();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
