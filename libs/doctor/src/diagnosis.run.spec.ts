import { describe, expect, it } from '@jest/globals';
import { diagnose } from './diagnosis.run.js';
import { finding, type Examination, type Finding } from './finding.js';
import { diagnosisJson, exitCodeOf } from './report/diagnosis.json.js';
import { diagnosisLines } from './report/diagnosis.table.js';

const examination = (subject: string, findings: Finding[] = [], needs: string[] = []): Examination => ({
  ...{ subject, needs },
  look: () => Promise.resolve({ findings, note: `${subject} is well` }),
});

describe('a diagnosis', () => {
  it.each<[string, Examination[], number]>([
    ['of a healthy system', [examination('a'), examination('b')], 0],
    ['with a warning', [examination('a'), examination('b', [finding('DEAD_LETTERS', '2')])], 1],
    ['with a failure', [examination('a', [finding('DEAD_LETTERS', '2'), finding('BUS_OLD', '2.8')])], 1],
    ['that could not look', [examination('a', [finding('EXAMINATION_FAILED', 'E')]), examination('b')], 2],
    [
      'that found a fault and could not look everywhere',
      [examination('a', [finding('EXAMINATION_FAILED', 'E')]), examination('b', [finding('DEAD_LETTERS', '2')])],
      1,
    ],
  ])('%s', async (_what, examinations, code) => {
    expect(exitCodeOf(await diagnose(examinations))).toBe(code);
  });

  it('leaves out what cannot be looked at without another, and what needs that', async () => {
    const { results, status } = await diagnose([
      examination('bus', [finding('BUS_UNREACHABLE', 'ECONNREFUSED')]),
      examination('streams', [finding('STREAM_MISSING', 'X')], ['bus']),
      examination('letters', [], ['streams']),
      examination('disk'),
    ]);
    expect(results.map((result) => [result.subject, result.status, result.note])).toEqual([
      ['bus', 'fail', 'bus is well'],
      ['streams', 'left_out', 'cannot be looked at without the bus'],
      ['letters', 'left_out', 'cannot be looked at without the streams'],
      ['disk', 'ok', 'disk is well'],
    ]);
    expect(status).toBe('fail');
  });

  it('goes on to what another needs when that has only a fault', async () => {
    const { results } = await diagnose([
      examination('vault', [finding('CLOCK_SKEW', '2 s')]),
      examination('requests', [], ['vault']),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['warn', 'ok']);
  });

  it('EXAMINATION_FAILED: names what fails in itself, by its code, and what does not end', async () => {
    const failing = { subject: 'a', look: () => Promise.reject(Object.assign(new Error('secret'), { code: 'E1' })) };
    const endless = { subject: 'b', look: () => new Promise<never>(() => undefined) };
    const { results } = await diagnose([failing, endless], 20);
    expect(results.map(({ findings }) => findings)).toEqual([
      [{ code: 'EXAMINATION_FAILED', severity: 'warn', detail: 'E1' }],
      [{ code: 'EXAMINATION_FAILED', severity: 'warn', detail: 'no end within 0.02 s' }],
    ]);
  });
});

describe('its report', () => {
  const broken = () =>
    diagnose([examination('event store'), examination('bus', [finding('BUS_OLD', 'version 2.8.4')])]);

  it('is a table with the mend under each fault', async () => {
    expect(diagnosisLines(await broken())).toEqual([
      'OK    event store  event store is well',
      'FAIL  bus',
      '      FAIL BUS_OLD: version 2.8.4',
      '        nats-server is older than 2.9.',
      '        mend: Upgrade it to 2.10 or newer.',
      '',
      'something is broken: 1 OK, 0 WARN, 1 FAIL',
    ]);
  });

  it('is JSON that can be shown without the catalogue', async () => {
    expect(JSON.parse(diagnosisJson(await broken()))).toMatchObject({
      status: 'fail',
      results: [
        { subject: 'event store', status: 'ok', note: 'event store is well', findings: [] },
        { findings: [{ code: 'BUS_OLD', severity: 'fail', mend: 'Upgrade it to 2.10 or newer.' }] },
      ],
    });
  });
});
