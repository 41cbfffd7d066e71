import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy to stand before a peer, which advertises the proxy's address, and what it does to the bytes. */

/**
 * Passes on what one end of a connection said, changed or later; to throw resets the connection. No more is
 * read before what it gave has been written, and its end is told to the other end after all of that.
 */
export type Carry = (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/** Asked for each connection: how what the dialling end says gets there, and what it is told gets back. */
export type Fault = () => { readonly there: Carry; readonly back: Carry };

export interface Proxy {
  readonly address: string;
  close(): Promise<void>;
}

/** Listens on a free port of this machine, and connects each caller with `port`. */
export async function startProxy(port: number, fault: Fault): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const own = (socket: Socket) => {
    sockets.add(socket.setNoDelay(true));
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  // Half-open, as TCP is: an end that has said all may still be told something.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const caller = own(socket);
    const callee = own(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
    const { there, back } = fault();
    void pass(caller, callee, there);
    void pass(callee, caller, back);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function pass(from: Socket, to: Socket, carry: Carry): Promise<void> {
  try {
    // That `from` has ended must not destroy it: it is still written to.
    for await (const bytes of carry(from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)) {
      if (to.destroyed) throw new Error('nobody is there any more');
      // Called back also when it fails.
      await new Promise<void>((resolve) => to.write(bytes, () => resolve()));
    }
    to.end();
  } catch {
    from.resetAndDestroy();
    to.resetAndDestroy();
  }
}
