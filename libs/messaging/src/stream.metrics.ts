import { BUS_STREAMS } from '@homing/contracts';
import { gauge } from '@homing/service-kit/telemetry';
import type { Bus } from './bus.connection.js';

const connected = gauge({
  name: 'homing_bus_connected',
  help: '1 while the process can reach the bus, 0 while it cannot.',
});
const messages = gauge({
  name: 'homing_stream_messages',
  help: 'Messages the bus holds in a stream; told by those who make the streams, the same number from each.',
  labels: { stream: Object.values(BUS_STREAMS) },
});

/** The server is asked when it is scraped. Returns the way to stop. */
export function observeBus(bus: Pick<Bus, 'connected' | 'api'>, makesStreams: boolean): () => void {
  const count = async (stream: string): Promise<number | undefined> => {
    if (!bus.connected) return undefined;
    return (await (await bus.api()).manager.streams.info(stream)).state.messages;
  };
  const stops = [connected.observe(() => (bus.connected ? 1 : 0))];
  for (const stream of makesStreams ? Object.values(BUS_STREAMS) : []) {
    stops.push(messages.observe(() => count(stream), { stream }));
  }
  return () => stops.forEach((stop) => stop());
}
