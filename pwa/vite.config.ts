import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, defineConfig, type Plugin, type Rollup } from 'vite'

const DIST = resolve(import.meta.dirname, 'dist')
const FACES = ['login', 'desk', 'crew', 'board']
const SQUEEZED = /\.(js|mjs|css|html|svg|json|wasm|webmanifest)$/

/** Every file that the crew page can ask for, lazy parts too: what a tablet needs to start without a network. */
function reachable(bundle: Rollup.OutputBundle, entry: string): Set<string> {
  const files = new Set<string>()
  const visit = (name: string): void => {
    const item = bundle[name]
    if (files.has(name) || item === undefined) return
    files.add(name)
    if (item.type !== 'chunk') return
    for (const next of [...item.imports, ...item.dynamicImports]) visit(next)
    for (const next of item.viteMetadata?.importedCss ?? []) files.add(next)
    for (const next of item.viteMetadata?.importedAssets ?? []) files.add(next)
  }
  for (const item of Object.values(bundle))
    if (item.type === 'chunk' && item.isEntry && item.name === entry) visit(item.fileName)
  // Workers are built apart and are named only inside the code that starts them.
  for (const name of Object.keys(bundle)) if (/worker/.test(name) && name.startsWith('assets/')) files.add(name)
  return files
}

async function walk(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await walk(path)))
    else found.push(path)
  }
  return found
}

/** Builds `sw.js` with the list of files it keeps, as a second build so that it shares no chunk with the pages. */
function serviceWorker(): Plugin {
  let files = new Set<string>()
  return {
    name: 'service-worker',
    apply: 'build',
    writeBundle(_options, bundle) {
      files = reachable(bundle as Rollup.OutputBundle, 'crew')
    },
    async closeBundle() {
      // /crew/ is the page itself: kept under the address that the tablet opens, and never a redirect.
      const precache = [
        '/crew/',
        '/manifest.webmanifest',
        '/icons/192.png',
        ...[...files].sort().map((name) => `/${name}`),
      ]
      const digest = createHash('sha256')
      for (const path of precache) digest.update(path)
      digest.update(await readFile(join(DIST, 'crew.html')))
      const version = digest.digest('hex').slice(0, 12)
      await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        define: { __PRECACHE__: JSON.stringify(precache), __VERSION__: JSON.stringify(version) },
        build: {
          outDir: DIST,
          emptyOutDir: false,
          rollupOptions: {
            input: resolve(import.meta.dirname, 'src/sw.ts'),
            output: { format: 'iife', entryFileNames: 'sw.js' },
          },
        },
      })
      await squeeze()
    },
  }
}

/** Writes .br and .gz beside each text file, so that the server only has to send them. */
async function squeeze(): Promise<void> {
  const brotli = promisify(brotliCompress)
  const zip = promisify(gzip)
  for (const path of await walk(DIST)) {
    if (!SQUEEZED.test(path) || (await stat(path)).size < 512) continue
    const bytes = await readFile(path)
    await writeFile(`${path}.br`, await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
    await writeFile(`${path}.gz`, await zip(bytes, { level: 9 }))
  }
}

export default defineConfig(async () => {
  await mkdir(DIST, { recursive: true })
  return {
    plugins: [svelte(), serviceWorker()],
    worker: { format: 'es' as const },
    build: {
      outDir: DIST,
      emptyOutDir: true,
      target: 'es2022',
      chunkSizeWarningLimit: 1500,
      rollupOptions: {
        input: Object.fromEntries(FACES.map((face) => [face, resolve(import.meta.dirname, `${face}.html`)])),
      },
    },
    server: { proxy: { '/api': 'http://127.0.0.1:8000', '/tiles': 'http://127.0.0.1:8000' } },
    test: { include: ['src/**/*.test.ts'] },
  }
})
