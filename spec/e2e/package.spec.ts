import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, root } from '../support/process.ts';

/** What `npm publish` would hand out, and what somebody who installs it can do with it. */

jest.setTimeout(120_000);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};

function run(command: string, args: readonly string[], cwd: string): string {
  const npm = process.env['npm_execpath'];
  const [file, all] =
    command === 'npm' && npm !== undefined ? [process.execPath, [npm, ...args]] : [command, args];
  const shell = file === 'npm' && process.platform === 'win32';
  const { status, stdout, stderr, error } = spawnSync(file, all, {
    cwd,
    encoding: 'utf8',
    shell,
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: exit code ${status ?? 'none'}\n${stdout}${stderr}`);
  return stdout;
}

/** The packed files. */
let files: readonly string[] = [];
/** A project that has installed the package: what is packed and its dependencies, nothing else of the checkout. */
let project = '';

beforeAll(() => {
  build();
  const [pack] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], root)) as [
    { files: { path: string }[] },
  ];
  files = pack.files.map(({ path }) => path);

  project = mkdtempSync(join(tmpdir(), 'rx-gossip-package-'));
  const modules = join(project, 'node_modules');
  for (const path of files) {
    const to = join(modules, 'rx-gossip', path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(root, path), to);
  }
  for (const name of Object.keys(manifest.dependencies)) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const packed = (path: string) => readFileSync(join(project, 'node_modules/rx-gossip', path), 'utf8');

it('npm pack holds what runs, the types, and what every package carries: nothing else', () => {
  const allowed =
    /^(package\.json|LICENSE|(README|PROTOCOL|SECURITY|CHANGELOG)\.md|dist\/bin\/peer\.cjs|dist\/THIRD-PARTY\.txt|dist\/lib\/.+\.(js|d\.ts))$/;
  expect(files.filter((path) => !allowed.test(path))).toEqual([]);
  for (const needed of [
    'package.json',
    'README.md',
    'PROTOCOL.md',
    'SECURITY.md',
    'LICENSE',
    'dist/bin/peer.cjs',
    'dist/lib/index.js',
  ]) {
    expect(files).toContain(needed);
  }
});

it('its documents link to nothing that is not packed, and to headings that there are', () => {
  const anchorsOf = (path: string) =>
    [...packed(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
  const documents = files.filter((path) => path.endsWith('.md'));
  expect(documents).toContain('README.md');
  for (const document of documents) {
    for (const [, link = ''] of packed(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const to = path === '' ? document : path;
      const ok = files.includes(to) && (anchor === undefined || anchorsOf(to).includes(anchor));
      expect({ document, link, ok }).toEqual({ document, link, ok: true });
    }
  }
});

it('has the licence of each package of which parts are in its files', () => {
  const text = packed('dist/THIRD-PARTY.txt');
  for (const name of ['rxjs', 'minimist', 'msgpackr']) expect(text).toContain(`${name}, of which parts`);
  for (const words of ['Apache License', 'MIT License', 'Kris Zyp']) expect(text).toContain(words);
});

it('every module has its types', () => {
  const modules = files.filter((path) => /^dist\/lib\/.*\.js$/.test(path));
  expect(modules.length).toBeGreaterThan(0);
  for (const path of modules) expect(files).toContain(path.replace(/\.js$/, '.d.ts'));
});

it('modules import only what is packed, the dependencies, and Node', () => {
  const from = /^(?:import|export)\s(?:[^'"=;]*\sfrom\s)?['"]([^'"]+)['"]/gm;
  for (const path of files.filter((one) => /^dist\/lib\/.*\.js$/.test(one))) {
    for (const [, name = ''] of packed(path).matchAll(from)) {
      const ok = name.startsWith('.')
        ? files.includes(join(dirname(path), name).replaceAll('\\', '/'))
        : name.startsWith('node:') ||
          Object.keys(manifest.dependencies).some((one) => `${name}/`.startsWith(`${one}/`));
      expect({ path, name, ok }).toEqual({ path, name, ok: true });
    }
  }
});

it('import and require give the same names, and the peer that they make is the same', () => {
  const imported = "import * as all from 'rx-gossip'; console.log(JSON.stringify(Object.keys(all).sort()))";
  const required = "console.log(JSON.stringify(Object.keys(require('rx-gossip')).sort()))";
  const names = [
    run(process.execPath, ['--input-type=module', '-e', imported], project),
    run(process.execPath, ['--input-type=commonjs', '-e', required], project),
  ].map((text) =>
    (JSON.parse(text) as string[]).filter((name) => !['__esModule', 'module.exports'].includes(name)),
  );
  expect(names[0]).toContain('createPeer');
  expect(names[1]).toEqual(names[0]);
  const same =
    "import('rx-gossip').then((all) => console.log(all.createPeer === require('rx-gossip').createPeer))";
  expect(run(process.execPath, ['--input-type=commonjs', '-e', same], project).trim()).toBe('true');
});

it('two peers made by the installed package talk to each other and release everything on close', () => {
  const talk = `
    import { createPeer } from 'rx-gossip';
    const a = createPeer();
    await a.start();
    const b = createPeer({ connect: [a.address] });
    b.neighborUp$.subscribe(() => void b.publish('hello'));
    a.messages().subscribe(async (message) => {
      console.log(message.text(), message.from === b.address);
      await Promise.all([a.close(), b.close()]);
    });
    await b.start();`;
  expect(run(process.execPath, ['--input-type=module', '-e', talk], project)).toBe('hello true\n');
});

it('loads no RxJS of its own, and its Observables go with that of the application as any do', () => {
  const program = `
    import { createPeer } from 'rx-gossip';
    import { createRequire } from 'node:module';
    const { cache } = createRequire(import.meta.url);
    console.log(Object.keys(cache).filter((path) => path.includes('rxjs')).length);
    const { combineLatest, concatMap, filter, firstValueFrom, from, isObservable, map, merge, shareReplay, take, toArray } = await import('rxjs');
    const a = createPeer();
    await a.start();
    const b = createPeer({ connect: [a.address] });
    const text$ = a.messages().pipe(map((message) => message.text()), shareReplay(1));
    const both = firstValueFrom(combineLatest([text$, from(a.state$).pipe(filter((state) => state.neighbors.length > 0))]));
    const twice = firstValueFrom(merge(text$, text$.pipe(concatMap((text) => [text]))).pipe(take(2), toArray()));
    b.neighborUp$.pipe(take(1)).subscribe(() => void b.publish('hello'));
    await b.start();
    console.log(isObservable(a.state$), (await both)[0], (await twice).join());
    await Promise.all([a.close(), b.close()]);`;
  expect(run(process.execPath, ['--input-type=module', '-e', program], project)).toBe(
    '0\ntrue hello hello,hello\n',
  );
});

it('nothing happens before start: a process that only makes a peer prints nothing and ends by itself', () => {
  const make =
    "import { createPeer } from 'rx-gossip'; createPeer({ port: 1, period: 1, connect: ['127.0.0.1:1'] });";
  expect(run(process.execPath, ['--input-type=module', '-e', make], project)).toBe('');
});

it('its types are right for a program that is checked strictly, libraries included', () => {
  const program = `
    import { createPeer, TooLargeError, type Peer } from 'rx-gossip';
    const peer: Peer = createPeer({ period: 5000, say: () => 'hello' });
    peer.messages('news').subscribe((message) => console.log(message.text().toUpperCase(), message.id.sequence + 1));
    peer.publish(new Uint8Array(1)).catch((error: unknown) => console.log(error instanceof TooLargeError && error.limit + 1));
    // @ts-expect-error: a port is a number
    createPeer({ port: '8080' });
    // @ts-expect-error: there is no such option
    createPeer({ prot: 8080 });
    // @ts-expect-error: text() is a method
    peer.messages().subscribe((message) => message.text.length.toUpperCase());`;
  writeFileSync(join(project, 'program.mts'), program);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const options =
    '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2022 --types node';
  const roots = ['--typeRoots', join(root, 'node_modules/@types')];
  expect(run(process.execPath, [tsc, ...options.split(' '), ...roots, 'program.mts'], project)).toBe('');
});

it('the command is one file: it runs alone, and loads nothing but Node', () => {
  const alone = join(project, 'alone');
  mkdirSync(alone);
  cpSync(join(root, 'dist/bin/peer.cjs'), join(alone, 'peer.cjs'));
  expect(run(process.execPath, [join(alone, 'peer.cjs'), '--version'], alone)).toBe(`${manifest.version}\n`);
  const text = readFileSync(join(alone, 'peer.cjs'), 'utf8');
  expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
  const loaded = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = '']) =>
    name.replace(/^node:/, ''),
  );
  // msgpackr tries its native helper and goes on without.
  expect(loaded.filter((name) => !builtinModules.includes(name) && name !== 'msgpackr-extract')).toEqual([]);
});
