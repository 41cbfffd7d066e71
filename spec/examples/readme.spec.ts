import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { build, processes, root } from '../support/process.ts';

/**
 * Every ```ts block of README.md is a program: it is checked by TypeScript, and run as written on the built
 * library. It must end by itself, with exit code 0 and nothing on standard error. A comment `// => text` in
 * it is a line that it prints, in this order, first to last.
 */

jest.setTimeout(120_000);

interface Example {
  /** `line 40: import ...` */
  readonly title: string;
  readonly code: string;
}

function examplesOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```(?:ts|typescript)\b[^\n]*\n(.*?)^```/gms)].map((found) => {
    const code = found[1] ?? '';
    const line = markdown.slice(0, found.index).split('\n').length + 1;
    return { title: `line ${line}: ${code.split('\n', 1)[0] ?? ''}`, code };
  });
}

/** What the comments of an example say that it prints. */
function promisedBy(code: string): string[] {
  return [...code.matchAll(/\/\/ => (.*)$/gm)].map(([, text = '']) => text.trimEnd());
}

const readme = join(root, 'README.md');
const examples = existsSync(readme) ? examplesOf(readFileSync(readme, 'utf8')) : [];
const { node } = processes();

/** A project beside which the library is installed, as a user would have it. */
let project = '';
beforeAll(() => {
  build();
  project = mkdtempSync(join(tmpdir(), 'rx-gossip-readme-'));
  mkdirSync(join(project, 'node_modules'));
  const link = (name: string, to: string) => symlinkSync(to, join(project, 'node_modules', name), 'junction');
  link('rx-gossip', root);
  link('rxjs', join(root, 'node_modules/rxjs'));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the reader of blocks', () => {
  it('finds ts blocks and where they are, and no other blocks', () => {
    const markdown = [
      '# Title',
      '```ts',
      'const a = 1;',
      'a;',
      '```',
      '```sh',
      'npm test',
      '```',
      '```typescript',
      'b;',
      '```',
    ];
    expect(examplesOf(markdown.join('\n'))).toEqual([
      { title: 'line 3: const a = 1;', code: 'const a = 1;\na;\n' },
      { title: 'line 10: b;', code: 'b;\n' },
    ]);
  });

  it('finds what a block promises to print', () => {
    expect(promisedBy('log(1); // => 1\n// a comment\nlog("a b");  // => a b\n')).toEqual(['1', 'a b']);
  });
});

it('README.md is there and has examples', () => {
  if (!existsSync(readme)) throw new Error('there is no README.md yet: this spec runs its ```ts blocks');
  expect(examples.length).toBeGreaterThan(0);
});

if (examples.length > 0) {
  it('the examples are right in the eyes of TypeScript', () => {
    const files = examples.map(({ code }, index) => {
      const name = `example-${index}.mts`;
      writeFileSync(join(project, name), code);
      return name;
    });
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2022 --types node'.split(
      ' ',
    );
    const roots = ['--typeRoots', join(root, 'node_modules/@types')];
    const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...roots, ...files], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });

  it.each(examples)('$title', async ({ title, code }) => {
    const file = join(project, `run-${examples.findIndex((one) => one.title === title)}.mjs`);
    writeFileSync(file, transformSync(code, { loader: 'ts', format: 'esm', target: 'node20' }).code);
    const example = node(file);
    expect(await example.ended()).toEqual({ code: 0, signal: null });
    expect(example.errors).toEqual([]);
    const printed = [...example.lines];
    for (const promised of promisedBy(code)) {
      expect(printed).toContain(promised);
      printed.splice(0, printed.indexOf(promised) + 1);
    }
  });
}
