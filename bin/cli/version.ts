/** Put in by the build (esbuild's `define`), so that a start reads no file; unbuilt, in tests, there is none. */
declare const RX_GOSSIP_VERSION: string | undefined;

export const version = typeof RX_GOSSIP_VERSION === 'string' ? RX_GOSSIP_VERSION : '0.0.0-unbuilt';
