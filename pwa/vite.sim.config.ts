import { resolve } from 'node:path'
import { defineConfig } from 'vite'

/** The simulated crews: one file for Node, made of the crew app's own outbox, forms and uploader. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: resolve(import.meta.dirname, 'src/sim/crew.ts'),
    outDir: resolve(import.meta.dirname, 'dist/sim'),
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'crew.mjs' } },
  },
})
