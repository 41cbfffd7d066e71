import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** Folders are promises: CONTRIBUTING says why, this fails the build when a file of lib/ breaks one. */

interface Folder {
  /** Besides its own, it may import from these. `options.ts` and `errors.ts` are everybody's. */
  readonly sees: readonly string[];
  /** Packages, and `node:`. */
  readonly packages: readonly string[];
}

const world = ['rxjs', 'node:'];
const lower = ['protocol', 'loop', 'wire', 'world', 'transport'];

const folders: Readonly<Record<string, Folder>> = {
  'options.ts': { sees: [], packages: [] },
  'errors.ts': { sees: [], packages: [] },
  protocol: { sees: [], packages: [] },
  loop: { sees: [], packages: ['rxjs'] },
  wire: { sees: ['protocol'], packages: ['msgpackr', 'node:'] },
  world: { sees: ['protocol'], packages: world },
  transport: { sees: ['protocol', 'loop', 'wire', 'world'], packages: world },
  'peer.ts': { sees: [...lower, 'doers.ts'], packages: world },
  'doers.ts': { sees: lower, packages: world },
  api: { sees: [...lower, 'peer.ts', 'doers.ts'], packages: world },
  sim: { sees: [...lower, 'peer.ts', 'doers.ts', 'api'], packages: world },
  watch: { sees: [...lower, 'peer.ts', 'doers.ts', 'api'], packages: world },
  'index.ts': { sees: [...lower, 'peer.ts', 'api', 'sim', 'watch'], packages: [] },
};
const everybodys = ['options.ts', 'errors.ts'];

/** What a protocol must be given as an argument: time, chance, and the machine it runs on. */
const surroundings = new Set([
  ...['Date', 'performance', 'crypto', 'process', 'Buffer', 'globalThis', 'console', 'fetch'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'require'],
]);

/** What takes the real clock when it is called with fewer arguments. */
const timed = new Set([
  ...['interval', 'timer', 'delay', 'debounceTime', 'auditTime', 'sampleTime', 'throttleTime', 'bufferTime'],
  'windowTime',
]);

const longest = 300;

/** The promises that a file breaks. `path` is its place in the repository: `lib/protocol/step.ts`. */
function broken(path: string, text: string): string[] {
  const found: string[] = [];
  const place = placeOf(path);
  const folder = folders[place];
  if (folder === undefined)
    return [`${place} is no folder of lib: give it its place in spec/boundaries.spec.ts`];

  const lines = text.split('\n').length - 1;
  if (lines > longest) found.push(`${lines} lines, more than ${longest}`);

  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  for (const name of importsOf(file)) {
    const why = name.startsWith('.') ? badPath(path, place, folder, name) : badPackage(folder, name);
    if (why !== undefined) found.push(`imports ${name}: ${why}`);
  }
  if (place === 'index.ts' && !file.statements.every(isReExport)) found.push('is more than re-exports');

  const rx = rxjsNames(file);
  walk(file, (node) => {
    if (place === 'protocol' && ts.isIdentifier(node) && isReach(node)) found.push(`uses ${reachOf(node)}`);
    if (ts.isIdentifier(node) && place !== 'world' && isScheduler(node, rx)) {
      found.push(`uses ${node.text} instead of the injected clock`);
    }
    if (ts.isCallExpression(node)) {
      const name = rx.get(node.expression.getText(file));
      if (name !== undefined && timed.has(name) && node.arguments.length < 2) {
        found.push(`calls ${name} without the injected clock`);
      }
    }
  });
  return found;
}

/** The folder of lib, or the file itself where it lies in lib. */
function placeOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function badPath(path: string, place: string, folder: Folder, name: string): string | undefined {
  const target = posix.join(posix.dirname(path), name);
  if (!target.startsWith('lib/')) return 'not in lib';
  const to = placeOf(target);
  if (to === place || folder.sees.includes(to)) return undefined;
  if (everybodys.includes(to) && !everybodys.includes(place)) return undefined;
  return `${place} does not see ${to}`;
}

function badPackage(folder: Folder, name: string): string | undefined {
  const ok = folder.packages.some((one) =>
    one === 'node:' ? name.startsWith(one) : `${name}/`.startsWith(`${one}/`),
  );
  return ok ? undefined : `only ${folder.packages.join(', ') || 'no packages'} here`;
}

/** Every module that it names, in whatever way: also types, and import() or require(). */
function importsOf(file: ts.SourceFile): string[] {
  const names: string[] = [];
  const add = (node: ts.Node | undefined) => {
    if (node !== undefined && ts.isStringLiteralLike(node)) names.push(node.text);
  };
  walk(file, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    if (ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText(file)))
      add(node.arguments[0]);
  });
  return names;
}

/** How the file calls what it imports from rxjs: `every` -> `interval`, `rx.interval` -> `interval`. */
function rxjsNames(file: ts.SourceFile): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (!/^rxjs(\/|$)/.test(statement.moduleSpecifier.text)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined) continue;
    if (ts.isNamedImports(bindings)) {
      for (const { name, propertyName } of bindings.elements)
        names.set(name.text, (propertyName ?? name).text);
    } else {
      for (const one of timed) names.set(`${bindings.name.text}.${one}`, one);
    }
  }
  return names;
}

function isReExport(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
}

/** Does the identifier stand for the thing itself, not for a field or a method of that name? */
function isReach(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (
    (ts.isPropertyAssignment(parent) || ts.isTypeElement(parent) || ts.isClassElement(parent)) &&
    parent.name === node
  ) {
    return false;
  }
  if (node.text !== 'Math') return surroundings.has(node.text);
  return !ts.isPropertyAccessExpression(parent) || parent.name.text === 'random';
}

/** Of rxjs, and not the default of a clock that is injected: `(clock: SchedulerLike = asyncScheduler)`. */
function isScheduler(node: ts.Identifier, rx: ReadonlyMap<string, string>): boolean {
  if (!/Scheduler$/.test(rx.get(node.text) ?? '') || ts.isImportSpecifier(node.parent)) return false;
  return !ts.isParameter(node.parent);
}

const reachOf = (node: ts.Identifier) => (node.text === 'Math' ? 'Math.random' : node.text);

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

const root = join(__dirname, '..');
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(join(root, path)).isDirectory() ? filesIn(path) : [path];
  });
}
const files = filesIn('lib').filter((path) => path.endsWith('.ts'));

describe('lib keeps its promises', () => {
  it('has files', () => {
    expect(files).toContain('lib/peer.ts');
  });

  it.each(files)('%s', (path) => {
    expect(broken(path, readFileSync(join(root, path), 'utf8'))).toEqual([]);
  });
});

describe('a broken promise is found', () => {
  it.each([
    ['lib/protocol/a.ts', `import { map } from 'rxjs';`, 'imports rxjs'],
    ['lib/protocol/a.ts', `import type { Observable } from 'rxjs';`, 'imports rxjs'],
    ['lib/protocol/a.ts', `import { map } from 'rxjs/operators';`, 'imports rxjs/operators'],
    ['lib/protocol/a.ts', `type Socket = import('node:net').Socket;`, 'imports node:net'],
    ['lib/protocol/a.ts', `const net = await import('node:net');`, 'imports node:net'],
    ['lib/protocol/deep/a.ts', `export * from '../../wire/codec.ts';`, 'protocol does not see wire'],
    ['lib/protocol/a.ts', `export const now = () => Date.now();`, 'uses Date'],
    ['lib/protocol/a.ts', `export const at = new Date(0);`, 'uses Date'],
    ['lib/protocol/a.ts', `export const pick = Math.random;`, 'uses Math.random'],
    ['lib/protocol/a.ts', `const { random } = Math;`, 'uses Math.random'],
    ['lib/protocol/a.ts', `setTimeout(() => 1, 1);`, 'uses setTimeout'],
    ['lib/protocol/a.ts', `export const empty = Buffer.alloc(0);`, 'uses Buffer'],
    ['lib/protocol/a.ts', `export type Bytes = Buffer;`, 'uses Buffer'],
    ['lib/protocol/a.ts', `export const home = process.env;`, 'uses process'],
    ['lib/protocol/a.ts', `export const now = globalThis['Date'].now();`, 'uses globalThis'],
    ['lib/loop/a.ts', `import { step } from '../protocol/step.ts';`, 'loop does not see protocol'],
    ['lib/loop/a.ts', `import { connect } from 'node:net';`, 'imports node:net'],
    ['lib/wire/a.ts', `import { map } from 'rxjs';`, 'imports rxjs'],
    ['lib/wire/a.ts', `import { nodeWorld } from '../world/node.ts';`, 'wire does not see world'],
    ['lib/world/a.ts', `import { createTcp } from '../transport/tcp.ts';`, 'world does not see transport'],
    ['lib/transport/a.ts', `import { runPeer } from '../peer.ts';`, 'transport does not see peer.ts'],
    ['lib/transport/a.ts', `import { createPeer } from '../index.ts';`, 'transport does not see index.ts'],
    ['lib/transport/a.ts', `import minimist from 'minimist';`, 'imports minimist'],
    ['lib/peer.ts', `import { createPeer } from './api/create-peer.ts';`, 'peer.ts does not see api'],
    ['lib/api/a.ts', `import { simulate } from '../sim/simulate.ts';`, 'api does not see sim'],
    ['lib/sim/a.ts', `import { page } from '../watch/page.ts';`, 'sim does not see watch'],
    ['lib/api/a.ts', `import { flags } from '../../bin/cli/flags.ts';`, 'not in lib'],
    ['lib/api/a.ts', `import { anyId } from '../../spec/support/messages.ts';`, 'not in lib'],
    ['lib/options.ts', `import { GossipError } from './errors.ts';`, 'options.ts does not see errors.ts'],
    ['lib/errors.ts', `import 'node:util';`, 'imports node:util'],
    ['lib/index.ts', `export const version = 1;`, 'is more than re-exports'],
    ['lib/peer.ts', `import { interval } from 'rxjs'; interval(1000);`, 'calls interval without'],
    ['lib/peer.ts', `import { timer as after } from 'rxjs'; after(1000);`, 'calls timer without'],
    ['lib/peer.ts', `import * as rx from 'rxjs'; rx.interval(1000);`, 'calls interval without'],
    ['lib/peer.ts', `import { delay, of } from 'rxjs'; of(1).pipe(delay(5));`, 'calls delay without'],
    ['lib/peer.ts', `import { asyncScheduler } from 'rxjs'; asyncScheduler.now();`, 'uses asyncScheduler'],
    ['lib/transport/a.ts', `import { of, queueScheduler as q } from 'rxjs'; of(1, q);`, 'uses q'],
    ['lib/tools/a.ts', ``, 'tools is no folder of lib'],
    ['lib/util.ts', ``, 'util.ts is no folder of lib'],
  ])('%s: %s', (path, text, why) => {
    expect(broken(path, text)).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    [
      'lib/protocol/links/a.ts',
      `import type { Settings } from '../../options.ts'; import { b } from './b.ts';`,
    ],
    ['lib/protocol/a.ts', `// Date, Math.random() and setTimeout() are arguments here; rxjs is not.`],
    ['lib/protocol/a.ts', `export const said = 'import { map } from "rxjs"; process.exit(Date.now())';`],
    ['lib/protocol/a.ts', `export const low = (a: { process: number }) => Math.min(a.process, 1);`],
    ['lib/protocol/a.ts', `export const event = { Date: 1, process: 2 };`],
    [
      'lib/transport/a.ts',
      `import { createCodec } from '../wire/codec.ts'; setTimeout(() => createCodec, 1);`,
    ],
    ['lib/peer.ts', `import { interval, timer } from 'rxjs'; interval(5, clock); timer(0, 5, clock);`],
    ['lib/api/a.ts', `declare const clock: { timer(ms: number): void }; clock.timer(5);`],
    ['lib/world/a.ts', `import { asyncScheduler } from 'rxjs'; export const clock = asyncScheduler;`],
    [
      'lib/transport/a.ts',
      `import { asyncScheduler } from 'rxjs'; const net = (clock = asyncScheduler) => clock;`,
    ],
    ['lib/index.ts', `export { createPeer } from './api/create-peer.ts';`],
  ])('%s is fine: %s', (path, text) => {
    expect(broken(path, text)).toEqual([]);
  });

  it('a file may have 300 lines, not 301', () => {
    expect(broken('lib/api/a.ts', '\n'.repeat(300))).toEqual([]);
    expect(broken('lib/api/a.ts', '\n'.repeat(301))).toEqual([expect.stringContaining('301 lines')]);
  });
});
