import { defineConfig } from 'vite'

// Threads may share memory only in a cross-origin isolated page.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  base: './',
  server: { headers },
  preview: { headers },
  // Discovered late, they would reload the page during training.
  optimizeDeps: { include: ['gpu.js', 'ndarray', 'fflate', 'onnx-buf', '@bufbuild/protobuf', 'uplot'] },
  // The engine imports executors dynamically, which only ES modules can.
  worker: { format: 'es' },
  build: { target: 'esnext' },
})
