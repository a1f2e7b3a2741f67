// What pages get under the name of `thermograd`: all that needs no files.
export * from './datasets/browser.ts'
export * from './engine/index.ts'
export * from './kd/index.ts'
export * from './nn/index.ts'
export * from './train/browser.ts'
