import { describe, expect, it } from '@jest/globals';
import { ConfigError, createLogger, type LogLevel, NestLogger, Secret } from './index.js';

const personal = 'ada@example.test';

function logging(level: LogLevel = 'trace') {
  const lines: string[] = [];
  const logger = createLogger({
    service: 's',
    instance: 'i',
    level,
    destination: { write: (line: string) => void lines.push(line) },
  });
  return {
    logger,
    text: () => lines.join(''),
    last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>,
  };
}

/** What a database driver throws: values in the message, in fields and in a cause. */
function driverError() {
  const cause = new Error(`${personal}\n    at forged (${personal}:1:1)`);
  return Object.assign(new RangeError(`Key (email)=(${personal}) exists`, { cause }), {
    code: '23505',
    detail: personal,
    parameters: [personal],
  });
}

describe('createLogger', () => {
  it('writes one JSON line with service, instance and level', () => {
    const { logger, last } = logging();
    logger.info({ outreachId: 'o1' }, 'decided');
    expect(last()).toMatchObject({ level: 'info', service: 's', instance: 'i', msg: 'decided', outreachId: 'o1' });
  });

  it.each<[string, (log: ReturnType<typeof logging>['logger'], error: Error) => void]>([
    ['alone', (log, error) => log.error(error)],
    ['with a text', (log, error) => log.error(error, 'failed')],
    ['as err', (log, error) => log.error({ err: error })],
    ['under any name', (log, error) => log.error({ failure: error }, 'failed')],
    ['as an argument of the text', (log, error) => log.error('failed: %s %o', error, error)],
    ['as an argument of a text with fields', (log, error) => log.error({ n: 1 }, 'failed: %s', error)],
    ['in bindings of a child', (log, error) => log.child({ error }).warn('failed')],
    ['through Nest', (log, error) => new NestLogger(log).error(error, error.stack, 'RpcExceptionsHandler')],
    ['through Nest as text', (log, error) => new NestLogger(log).error(error.message, error.stack, 'Some')],
    ['through Nest as a warning', (log, error) => new NestLogger(log).warn(error)],
  ])('shows no message, field or forged frame of a foreign error: %s', (_how, write) => {
    const { logger, text } = logging();
    write(logger, driverError());
    expect(text()).not.toBe('');
    expect(text()).not.toContain(personal);
  });

  it('keeps class, code and frames, and the message of errors that declare it safe', () => {
    const { logger, last } = logging();
    logger.error(driverError());
    expect(last()).toMatchObject({
      msg: 'RangeError',
      err: { type: 'RangeError', code: '23505', cause: { type: 'Error' } },
    });
    expect(JSON.stringify(last())).toContain('pino.logger.spec');
    logger.error(new ConfigError([{ variable: 'PORT', expected: 'is required' }]));
    expect(last()).toMatchObject({ err: { code: 'CONFIG_INVALID', message: 'configuration: PORT is required' } });
  });

  it('shows no secret', () => {
    const { logger, text } = logging();
    logger.info({ key: new Secret('opensesame') }, 'key %s', new Secret('opensesame'));
    expect(text()).toContain('[secret]');
    expect(text()).not.toContain('opensesame');
  });

  it("keeps Nest's chatter at debug", () => {
    const { logger, text } = logging('info');
    new NestLogger(logger).log('Mapped {/x, GET} route', 'RouterExplorer');
    expect(text()).toBe('');
  });
});
