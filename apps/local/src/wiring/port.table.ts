/** port = PORT_BASE + offset; stable, because people and checks rely on it. */
export const portOffsets = {
  api: 0,
  'webhook-ingestion': 1,
  'provider-simulator': 2,
  orchestrator: 3,
  scheduler: 4,
  'channel-gateway': 5,
  projector: 6,
  'event-store-dev': 13,
  nats: 22,
  postgres: 32,
  'postgres-events': 33,
} as const;

/** The simulator also plays a mail server, so far beyond its own port: PORT_BASE + 8. No service of its own. */
export const simulatorSmtpPort = (simulator: string): number => Number(new URL(simulator).port) + 6;

export type ServiceName = keyof typeof portOffsets;

/** `PORT_BASE`, default 3000. @throws Error when the whole table does not fit. */
export function portBase(value: string | undefined): number {
  const base = value === undefined || value === '' ? 3_000 : Number(value);
  const highest = Math.max(...Object.values(portOffsets));
  if (Number.isInteger(base) && base >= 1_024 && base + highest <= 65_535) return base;
  throw new Error(`PORT_BASE=${value} must be a whole number from 1024 to ${65_535 - highest}`);
}

export const portsFrom = (base: number): Record<ServiceName, number> =>
  Object.fromEntries(Object.entries(portOffsets).map(([name, offset]) => [name, base + offset])) as Record<
    ServiceName,
    number
  >;
