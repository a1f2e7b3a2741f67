export { exportOnnx, type OnnxOptions } from './exportOnnx.ts'
