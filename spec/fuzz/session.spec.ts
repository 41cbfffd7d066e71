import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { anyMessage } from '../support/messages.ts';
import { codec, names, session, type Input } from './session.ts';

/** How many inputs: few in `npm test`, 100,000 in CI; `npm run fuzz -- --inputs N` for more, and `--seed N` for the same again. */
const inputs = Number(process.env.FUZZ_INPUTS ?? 2000);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const perSession = 100;

jest.setTimeout(Math.max(120_000, inputs * 10));

/** A message about the honest, as often as not: what is about nobody is soon passed over. */
const aimed = fc.tuple(anyMessage, fc.constantFrom('', names.first, names.second)).map(([message, id]) => {
  if (id === '' || message.type === 'hello') return message;
  return JSON.parse(
    JSON.stringify(message, (key, value: unknown) =>
      key === 'origin' ? id : key === 'epoch' ? 0 : value instanceof Uint8Array ? undefined : value,
    ),
  ) as typeof message;
});

const frames = aimed.map((message) => {
  try {
    return codec.encode(message);
  } catch {
    // Bytes were left out above: it is no message any more.
    return codec.encode({ type: 'discover' });
  }
});

/** One byte other than it was: mostly still a frame. */
const broken = fc.tuple(frames, fc.nat(), fc.nat(255)).map(([frame, at, byte]) => {
  const bytes = Uint8Array.from(frame);
  bytes[4 + (at % (bytes.length - 4))] = byte;
  return bytes;
});

const anyInput: fc.Arbitrary<Input> = fc.oneof(
  { weight: 12, arbitrary: frames },
  { weight: 2, arbitrary: broken },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }) },
  { weight: 2, arbitrary: fc.constantFrom(10, 100, 1000, 3000) },
);

const corpus = join(__dirname, '../corpus');
interface Finding {
  readonly what: string;
  /** Hex digits, or milliseconds. */
  readonly inputs: readonly (string | number)[];
}
const findings = readdirSync(corpus)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, ...(JSON.parse(readFileSync(join(corpus, name), 'utf8')) as Finding) }));

describe('a stranger does no harm to two peers that speak with each other', () => {
  it.each(findings)('by what was found once: $what', (finding) => {
    session(finding.inputs.map((one) => (typeof one === 'number' ? one : Buffer.from(one, 'hex'))));
  });

  it(`by ${inputs} inputs that were made up`, () => {
    let given = 0;
    // Made once, because making a message costs more than handling it; each session takes some, in some order.
    const pool = fc.sample(anyInput, { numRuns: Math.min(inputs, 10_000), seed });
    const pick = fc.nat(pool.length - 1).map((at) => pool[at]!);
    const all = fc.array(pick, { minLength: perSession, maxLength: perSession, size: 'max' });
    fc.assert(
      fc.property(all, (some) => {
        session(some);
        given += some.length;
      }),
      {
        numRuns: Math.ceil(inputs / perSession),
        seed,
        // A failure prints what goes into spec/corpus.
        reporter: (run) => {
          if (!run.failed) return;
          const found = (run.counterexample?.[0] ?? []).map((one) =>
            typeof one === 'number' ? one : Buffer.from(one).toString('hex'),
          );
          throw new Error(`seed ${run.seed}: ${String(run.errorInstance)}\n${JSON.stringify(found)}`);
        },
      },
    );
    expect(given).toBeGreaterThanOrEqual(inputs);
  });
});
