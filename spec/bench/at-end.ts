/** What must not outlive the bench: processes and temporary folders. Ended however it ends, but for SIGKILL. */

const todo = new Set<() => void>();

/** Calls `end` when the bench ends, also by Ctrl+C; returns how to take that back. */
export function atEnd(end: () => void): () => void {
  if (todo.size === 0) watch();
  todo.add(end);
  return () => void todo.delete(end);
}

let watching = false;

function watch(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const end of todo) end();
  });
  // By default a signal ends a process without 'exit'.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.on(signal, () => process.exit(code));
}
