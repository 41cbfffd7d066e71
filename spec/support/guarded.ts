import { ReplaySubject, type Observable } from 'rxjs';
import type { Incident, Link, Listener, Transport } from '../../lib/transport/transport.ts';
import { next } from '../transport/helpers.ts';

/** A listening transport of which every link and incident is kept until somebody asks. */
export interface Guarded {
  readonly address: string;
  readonly port: number;
  readonly link$: Observable<Link>;
  readonly incident$: Observable<Incident>;
}

export async function guarded(transport: Transport): Promise<Guarded> {
  const bound$ = new ReplaySubject<Listener>(1);
  const link$ = new ReplaySubject<Link>(Infinity);
  const incident$ = new ReplaySubject<Incident>(Infinity);
  transport.listen('127.0.0.1', 0).subscribe(bound$);
  const listener = await next('listening', bound$);
  listener.link$.subscribe(link$);
  listener.incident$?.subscribe(incident$);
  const { port } = listener;
  return { address: `127.0.0.1:${port}`, port, link$, incident$ };
}
