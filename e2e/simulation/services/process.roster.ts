import type { Life } from '../engine/process.life.js';
import { openApi, type ApiDoor } from '../workload/front.doors.js';
import type { World } from '../world/sim.world.js';
import { startGateway } from './gateway.service.js';
import { startIngestion, type Ingestion } from './ingestion.service.js';
import { startOrchestrator } from './orchestrator.service.js';
import { ProjectorLock } from './projector.lock.js';
import { startProjector } from './projector.service.js';
import { startScheduler } from './scheduler.service.js';

const SERVICES = ['orchestrator', 'gateway', 'scheduler', 'projector', 'ingestion', 'api'] as const;
type Service = (typeof SERVICES)[number];

interface Place {
  readonly service: Service;
  readonly name: string;
  life: Life;
}

/** Which processes there are; starts them again after they have died. */
export class Roster {
  readonly #places: Place[] = [];
  #ears: Ingestion[] = [];
  #doors: ApiDoor[] = [];
  readonly #lock = new ProjectorLock();

  constructor(private readonly world: World) {
    const { random } = world;
    const several: Record<Service, number> = {
      orchestrator: random.between(1, 3),
      gateway: random.between(1, 3),
      scheduler: random.between(1, 2),
      projector: random.between(1, 2),
      ingestion: random.between(1, 2),
      api: random.between(1, 2),
    };
    for (const service of SERVICES) {
      for (let n = 1; n <= several[service]; n += 1) {
        const name = `${service}-${n}`;
        this.#places.push({ service, name, life: this.#begin(service, name) });
      }
    }
  }

  readonly ears = (): readonly Ingestion[] => this.#ears;
  readonly doors = (): readonly ApiDoor[] => this.#doors;

  /** Ends one process; another life of it begins after so many milliseconds. */
  kill(life: Life, restartAfterMs: number): void {
    const { world } = this;
    const place = this.#places.find((each) => each.life === life);
    if (!place?.life.alive) return;
    world.trace.say(life.name, 'is killed');
    life.end();
    world.time.after(restartAfterMs, () => this.#revive(place));
  }

  freeze(life: Life, ms: number): void {
    const { world } = this;
    world.trace.say(life.name, `is frozen for ${ms}`);
    life.freeze(ms);
  }

  /** The session that holds the lock is lost; whoever held it does not know yet. */
  loseLock(): void {
    this.#lock.release();
  }

  reviveAll(): void {
    for (const place of this.#places) this.#revive(place);
  }

  #revive(place: Place): void {
    if (!place.life.alive) place.life = this.#begin(place.service, place.name);
  }

  #begin(service: Service, name: string): Life {
    const { world } = this;
    const life = world.life(name);
    world.trace.say(life.name, 'begins');
    switch (service) {
      case 'orchestrator':
        startOrchestrator(world, life);
        break;
      case 'gateway':
        startGateway(world, life);
        break;
      case 'scheduler':
        startScheduler(world, life);
        break;
      case 'projector':
        startProjector(world, life, this.#lock);
        break;
      case 'ingestion':
        this.#ears = [...this.#ears.filter((ear) => ear.life.alive), startIngestion(world, life)];
        break;
      case 'api':
        this.#doors = [...this.#doors.filter((door) => door.life.alive), openApi(world, life)];
        break;
    }
    return life;
  }
}
