import { eventStoreContract } from '../event-store.contract.fixture.js';
import { FakeServer } from './fake-server.fixture.js';
import { connectEventStore } from './official.event-store.js';

eventStoreContract('the official client against the fake server', async () => {
  const server = await FakeServer.start();
  const store = connectEventStore({ url: server.url });
  return {
    store,
    stop: async () => {
      await store.dispose();
      await server.stop();
    },
  };
});
