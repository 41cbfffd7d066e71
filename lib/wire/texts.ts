/** Texts remembered, and how long each may be: 64 kB in all. */
const remembered = 1024;
const longest = 64;

/** Texts by their bytes. */
export interface Texts {
  /** The text in `bytes[at, at + length)`, undefined when it is not remembered. */
  find(bytes: Uint8Array, at: number, length: number): string | undefined;
  /** Remembers a text that is short and ASCII; others only cost their decoding. */
  remember(text: string): void;
}

/**
 * Addresses and topics come again with every message of an origin. A text found by its bytes is quicker than one
 * that is decoded and checked, and is the same string every time: the store holds it once.
 */
export function createTexts(): Texts {
  const slots = new Array<string | undefined>(remembered).fill(undefined);
  const slotBytes = new Uint8Array(remembered * longest);
  return {
    find(bytes, at, length) {
      if (length === 0) return '';
      const slot = slotOf(bytes, at, length);
      const text = slots[slot];
      if (text?.length !== length) return undefined;
      let i = 0;
      while (i < length && slotBytes[slot * longest + i] === bytes[at + i]) i++;
      return i === length ? text : undefined;
    },
    remember(text) {
      if (text.length > longest || !/^[\x20-\x7e]+$/.test(text)) return;
      const bytes = Buffer.from(text);
      const slot = slotOf(bytes, 0, bytes.length);
      slots[slot] = text;
      slotBytes.set(bytes, slot * longest);
    },
  };
}

/** The last three bytes take part: addresses of one machine differ there, in their ports. */
function slotOf(bytes: Uint8Array, at: number, length: number): number {
  const last = at + length - 1;
  const mixed =
    (bytes[last]! << 5) ^ (bytes[Math.max(at, last - 1)]! << 2) ^ bytes[Math.max(at, last - 2)]! ^ length;
  return mixed & (remembered - 1);
}
