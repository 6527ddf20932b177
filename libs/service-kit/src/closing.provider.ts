import type { FactoryProvider, OnApplicationShutdown } from '@nestjs/common';

/** Runs on shutdown, after the last handler has ended and the last request was answered. */
class Closing implements OnApplicationShutdown {
  constructor(private readonly close: () => Promise<unknown>) {}

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}

/** A provider that closes what a service's wiring opened (stores, bus, pools). One per module. */
export const closeOnShutdown = (close: () => Promise<unknown>): FactoryProvider => ({
  provide: Closing,
  useFactory: () => new Closing(close),
});
