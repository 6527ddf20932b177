import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

/** The part of `node:http` an HTTP client library uses to start a request. */
export interface RequestTransport {
  request(options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void): http.ClientRequest;
}

/**
 * Watches one HTTP call and knows whether any byte of it can have reached the other side. Only a call that never got a
 * connection (and, over TLS, a finished handshake) surely was not accepted; that difference decides between
 * `retryable` and `unknown`.
 */
export class HttpCallWatch {
  #reached = false;

  /** False only while no byte of the request can have left. */
  get mayHaveReached(): boolean {
    return this.#reached;
  }

  transportFor(secure: boolean): RequestTransport {
    return {
      request: (options, onResponse) => {
        const request = (secure ? https : http).request(options, onResponse);
        request.once('socket', (socket: Socket) => this.#watch(request, socket, secure));
        request.once('finish', this.#mark);
        return request;
      },
    };
  }

  readonly #mark = () => {
    this.#reached = true;
  };

  #watch(request: http.ClientRequest, socket: Socket, secure: boolean): void {
    if (request.reusedSocket) this.#mark();
    else if (secure) socket.once('secureConnect', this.#mark);
    else if (socket.connecting) socket.once('connect', this.#mark);
    else this.#mark();
  }
}
