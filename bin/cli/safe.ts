import { isUtf8 } from 'node:buffer';

/**
 * What could move the cursor, recolour the terminal, start a line or turn the text around: all control
 * characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, the byte order mark and
 * halves of characters.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\uFEFF]/gu;

/** Text that a terminal shows as it is: `\x1b`, `\u{202e}` instead of what would act on it. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`;
  });
}

/** Printable and between quotes that the text itself cannot close. */
export function quoted(text: string): string {
  return `"${printable(text).replaceAll('"', '\\x22')}"`;
}

/** JSON that is as safe to show: the same characters as `\uNNNN`, which every JSON reader undoes. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

/** The bytes as text, `undefined` when they are not UTF-8. */
export function textOf(payload: Uint8Array): string | undefined {
  if (!isUtf8(payload)) return undefined;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
