import type { IncomingMessage } from 'node:http';
import type { FastifyHelmetOptions } from '@fastify/helmet';

/** The page of /docs brings a style element of its own; nothing else may. */
const inlineStyle = (request: IncomingMessage): string =>
  /^\/docs(\/|$|\?)/.test(request.url ?? '') ? "'unsafe-inline'" : "'self'";

/** For every answer: nothing is loaded from elsewhere, nothing framed, nothing sniffed. CORS stays off. */
export const SECURITY_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", inlineStyle],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
};
