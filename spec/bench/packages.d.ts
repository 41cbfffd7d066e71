/**
 * The little that the bench uses of the packages in `spec/bench/node_modules`, so that types and lint can be
 * checked where these are not installed.
 */

declare module '@nats-io/transport-node' {
  interface Connection {
    publish(subject: string, payload: Uint8Array): void;
    subscribe(
      subject: string,
      options: { callback: (error: Error | null, message: { readonly data: Uint8Array }) => void },
    ): unknown;
    flush(): Promise<void>;
  }
  export function connect(options: { servers: string; noEcho: boolean }): Promise<Connection>;
}

declare module '@redis/client' {
  interface Client {
    connect(): Promise<unknown>;
    duplicate(): Client;
    publish(channel: string, payload: Buffer): Promise<number>;
    subscribe(channels: string[], listener: (payload: Buffer) => void, bufferMode: true): Promise<void>;
  }
  export function createClient(options: { socket: { host: string; port: number } }): Client;
}

declare module 'zeromq' {
  export class Publisher {
    constructor(options: { linger: number });
    noDrop: boolean;
    readonly lastEndpoint: string | null;
    bind(address: string): Promise<void>;
    connect(address: string): void;
    send(payload: Uint8Array): Promise<void>;
  }
  export class Subscriber implements AsyncIterable<Buffer[]> {
    constructor(options: { linger: number });
    readonly lastEndpoint: string | null;
    bind(address: string): Promise<void>;
    connect(address: string): void;
    subscribe(): void;
    [Symbol.asyncIterator](): AsyncIterator<Buffer[]>;
  }
}

declare module 'libp2p' {
  interface Node {
    readonly services: { readonly pubsub: import('@libp2p/gossipsub').PubSub };
    getMultiaddrs(): readonly unknown[];
    dial(address: unknown): Promise<unknown>;
  }
  export function createLibp2p(options: object): Promise<Node>;
}

declare module '@libp2p/gossipsub' {
  export interface PubSub {
    addEventListener(
      type: 'message',
      listener: (event: { readonly detail: { readonly data: Uint8Array } }) => void,
    ): void;
    subscribe(topic: string): void;
    getSubscribers(topic: string): readonly unknown[];
    publish(topic: string, payload: Uint8Array): Promise<unknown>;
  }
  export function gossipsub(): unknown;
}

declare module '@libp2p/tcp' {
  export function tcp(): unknown;
}
declare module '@chainsafe/libp2p-noise' {
  export function noise(): unknown;
}
declare module '@libp2p/yamux' {
  export function yamux(): unknown;
}
declare module '@libp2p/identify' {
  export function identify(): unknown;
}
declare module '@multiformats/multiaddr' {
  export function multiaddr(address: string): unknown;
}
