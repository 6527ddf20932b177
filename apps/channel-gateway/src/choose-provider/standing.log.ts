import type { Logger } from '@homing/service-kit';
import type { StandingChange } from './provider.rota.js';

/** Says who is held back and who is back; a refused key is an error, for it needs an operator. */
export const tellOf =
  (logger: Pick<Logger, 'error' | 'warn' | 'info'>) =>
  ({ channel, provider, standing }: StandingChange): void => {
    const of = { channel, provider, standing: standing.kind };
    switch (standing.kind) {
      case 'stopped':
        if (standing.cause === 'auth')
          logger.error(
            of,
            'the provider refuses our key and is given nothing but a trial every ten seconds: renew its credentials',
          );
        else logger.warn(of, 'the provider fails and is given nothing for a while');
        return;
      case 'slow':
        logger.warn(of, 'the provider is much slower than another of its channel, which takes its place');
        return;
      case 'returning':
        logger.info(of, 'the provider works again and is given more and more');
        return;
      case 'healthy':
        logger.info(of, 'the provider is back');
    }
  };
