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
  // Found late, they would make the page load anew in the middle of a training.
  optimizeDeps: { include: ['gpu.js', 'ndarray', 'fflate', 'onnx-buf', '@bufbuild/protobuf', 'uplot'] },
  // The engine loads its executors when they are asked for, which only modules can.
  worker: { format: 'es' },
  build: { target: 'esnext' },
})
