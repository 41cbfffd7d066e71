/** Where a long run stands, on standard error: one line that is written over on a terminal, else one every 10 s. */
export interface Progress {
  tell(text: () => string): void;
  clear(): void;
}

export function progressOn(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  now: () => number,
): Progress {
  const every = stream.isTTY === true ? 200 : 10_000;
  let last = now();
  let drawn = false;
  return {
    tell(text) {
      if (now() - last < every) return;
      last = now();
      drawn = stream.isTTY === true;
      stream.write(drawn ? `\r\x1b[K${text()}` : `${text()}\n`);
    },
    clear() {
      if (drawn) stream.write('\r\x1b[K');
      drawn = false;
    },
  };
}

/** `[#####-----]  50 %` */
export function bar(share: number, width = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}] ${String(Math.round(share * 100)).padStart(3)} %`;
}
