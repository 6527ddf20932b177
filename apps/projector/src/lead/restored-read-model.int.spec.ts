import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../projector.fixture.js';
import { RebuildStage } from '../rebuild/rebuild.stage.fixture.js';

// Real: Postgres, a copy of whose database takes the place of a newer one.
let stage: RebuildStage;
beforeEach(async () => void (stage = await RebuildStage.set()));
afterEach(() => stage.strike());

describe('the read database restored from an older copy', () => {
  it('is harmless: the projector goes on from there, and the rows equal a rebuild', async () => {
    stage.lead();
    for (let n = 0; n < 10; n += 1) await stage.life(n);
    await stage.waiting(20);
    await stage.allProjected();
    await stage.allPublished();
    const older = await stage.database.copy();
    const copied = await stage.store.headPosition();
    await stage.life(20 + 1);
    for (let n = 30; n < 40; n += 1) await stage.life(n);
    await stage.allProjected();
    await stage.allPublished();
    const newer = await stage.queries.currentPosition();
    const published = stage.bus.tried.length;

    // Under a projector that leads and knows nothing of it.
    await older.restore();
    expect(copied).toBeLessThan(newer);
    await until(() => stage.bus.tried.length > published, 'the projector to go on from the older copy');
    await stage.life(50);
    await stage.allProjected();
    await stage.allPublished();
    expect(await stage.positions()).toHaveLength(7 * 22 + 3);
    expect(await stage.rebuild('again')).toEqual({ position: await stage.store.headPosition(), differences: [] });
    // What had been published before is published again under the same ids, and nothing is left out.
    expect(new Set(stage.bus.stored.map(({ key }) => key))).toEqual(new Set(await stage.positions()));
  });
});
