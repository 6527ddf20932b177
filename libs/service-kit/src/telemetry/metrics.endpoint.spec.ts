import { Controller, Get, Module, Param } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger, readEnv, type RunningService, startService } from '../index.js';
import { metricsText, readMetric } from './index.js';

@Controller()
class PeopleController {
  @Get('people/:id')
  person(@Param('id') id: string): string {
    return id;
  }
}

@Module({ controllers: [PeopleController] })
class PeopleModule {}

const token = 'a-token-for-the-scraper';
const logger = createLogger({ service: 's', instance: 'i', level: 'silent' });
const requests = 'http_server_request_duration_seconds';
let service: RunningService | undefined;
const boot = async (source: Record<string, string> = {}, internetFacing = false) => {
  const http = { port: 0, internetFacing };
  service = await startService({ name: 's', module: PeopleModule, env: readEnv(source), http, logger });
  const { url } = service;
  return (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers });
};
afterEach(() => service?.stop());

describe('/metrics', () => {
  it('answers in the Prometheus text format, with what the process uses', async () => {
    const get = await boot();
    const answer = await get('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_utilization']) {
      expect(text).toMatch(new RegExp(`^${name} [0-9.e+-]+$`, 'm'));
    }
  });

  it('asks for the token where there is one', async () => {
    const get = await boot({ METRICS_TOKEN: token });
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/metrics', { authorization: 'Bearer another-token-entirely' })).status).toBe(401);
    expect((await get('/metrics', { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it('is not there in production where strangers can reach it, unless a token guards it', async () => {
    const bare = await boot({ NODE_ENV: 'production' }, true);
    expect((await bare('/metrics')).status).toBe(404);
    await service?.stop();
    const guarded = await boot({ NODE_ENV: 'production', METRICS_TOKEN: token }, true);
    expect((await guarded('/metrics', { authorization: `Bearer ${token}` })).status).toBe(200);
    await service?.stop();
    const inside = await boot({ NODE_ENV: 'production' });
    expect((await inside('/metrics')).status).toBe(200);
  });

  it('knows requests by route and status, never by what was asked for', async () => {
    const get = await boot();
    await get('/people/ada@example.test?email=ada@example.test');
    await get('/nothing/ada@example.test');
    await get('/health/live');
    const text = await metricsText();
    expect(await readMetric(`${requests}_count`, { http_route: '/people/:id', http_response_status_code: '200' })).toBe(
      1,
    );
    expect(await readMetric(`${requests}_count`, { http_route: '/health/live' })).toBeUndefined();
    expect(text).toContain('http_route="unmatched",http_response_status_code="404"');
    expect(text).not.toContain('example.test');
  });
});
