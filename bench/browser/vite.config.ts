import { defineConfig } from 'vite'

// Threads may share memory only in a cross-origin isolated page.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  base: './',
  root: import.meta.dirname,
  preview: { headers, port: 0 },
  worker: { format: 'es' },
  // TensorFlow.js passes the text of a function to its threads, which name its variables.
  build: { target: 'esnext', minify: false },
  logLevel: 'error',
})
