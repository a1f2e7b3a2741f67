import { defineConfig } from 'vite'

// Threads may share memory only in a page that is isolated from others.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  base: './',
  server: { headers },
  preview: { headers },
  // The engine loads its executors when they are asked for, which only modules can.
  worker: { format: 'es' },
  build: { target: 'esnext' },
})
