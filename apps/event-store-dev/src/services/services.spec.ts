import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Metadata, type ServerWritableStream } from '@grpc/grpc-js';
import { unavailable } from '../wire/call.error.js';
import { CallSink } from './call.sink.js';
import { credentialsPolicy } from './credentials.policy.js';

const basic = (text: string) => {
  const metadata = new Metadata();
  metadata.set('authorization', `Basic ${Buffer.from(text).toString('base64')}`);
  return metadata;
};

describe('credentials', () => {
  const authorise = credentialsPolicy(
    new Map([
      ['admin', 'change:it'],
      ['ops', 'x'],
    ]),
  );

  it('of a known user are taken', () => {
    for (const known of ['admin:change:it', 'ops:x']) expect(() => authorise(basic(known))).not.toThrow();
  });

  it('that are missing are denied, that are wrong are not authenticated', () => {
    expect(() => authorise(new Metadata())).toThrow('Access Denied');
    for (const wrong of ['admin:x', 'ops:change:it', '', 'admin'])
      expect(() => authorise(basic(wrong))).toThrow('Unauthenticated');
  });

  it('are not asked for without users', () => {
    expect(() => credentialsPolicy(new Map())(new Metadata())).not.toThrow();
  });
});

/** A caller who takes one message and then no more until it says so. */
class SlowCall extends EventEmitter {
  written: unknown[] = [];
  full = false;
  cancelled = false;
  ended = false;
  write(message: unknown): boolean {
    this.written.push(message);
    return !this.full;
  }
  end(): void {
    this.ended = true;
  }
}

describe('a sink', () => {
  const sinkOver = (call: SlowCall) => new CallSink<string>(call as unknown as ServerWritableStream<unknown, string>);

  it('holds its writer back while the caller takes nothing', async () => {
    const call = new SlowCall();
    const sink = sinkOver(call);
    expect(sink.write('a')).toBeUndefined();
    call.full = true;
    let went = false;
    const held = Promise.resolve(sink.write('b')).then(() => (went = true));
    await Promise.resolve();
    expect(went).toBe(false);
    call.emit('drain');
    await held;
    expect(call.listenerCount('drain')).toBe(0);
  });

  it('lets its writer go when the caller is gone, and writes no more', async () => {
    const call = new SlowCall();
    call.full = true;
    const sink = sinkOver(call);
    const held = sink.write('a');
    call.cancelled = true;
    call.emit('cancelled');
    await held;
    void sink.write('b');
    sink.end();
    expect(call.written).toEqual(['a']);
    expect(call.ended).toBe(false);
    expect(sink.signal.aborted).toBe(true);
  });

  it('tells the caller when the server stops', () => {
    const call = new SlowCall();
    const sink = sinkOver(call);
    const errors: unknown[] = [];
    call.on('error', (error) => errors.push(error));
    sink.abort(unavailable('stopping'));
    sink.end();
    expect(errors).toMatchObject([{ code: 14, details: 'stopping' }]);
  });
});
