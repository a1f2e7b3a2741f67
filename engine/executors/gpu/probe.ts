import type { AdapterInfo } from './gpujs.ts'

/** What a child process has found: an adapter, none, or the reason why it could not look. */
export type Finding = { readonly info: AdapterInfo | null } | { readonly failure: string }

/** A driver that takes longer hangs. */
const milliseconds = 60_000

function programOf(url: string): string {
  return `
    const answer = (finding) => process.stdout.write(JSON.stringify(finding), () => process.exit())
    import(${JSON.stringify(url)}).then(async ({ create }) => {
      const adapter = await create([]).requestAdapter()
      if (adapter === null) return answer({ info: null })
      const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info
      answer({ info: { vendor, architecture, device, description, isFallbackAdapter } })
    }).catch(({ message }) => answer({ failure: message }))`
}

/**
 * Looks for an adapter in a child process of Node, with the package `webgpu` at this URL. That library and the drivers write
 * their own messages to the file of `stderr`, which a process cannot stop for itself, and a broken driver may crash it.
 * Returns `undefined` if no child process may be started here.
 */
export function probeAdapter(url: string): Promise<Finding | undefined> {
  const { execFile } = process.getBuiltinModule('node:child_process')
  const { NODE_OPTIONS: _, ...environment } = process.env
  const options = { timeout: milliseconds, env: { ...environment, ELECTRON_RUN_AS_NODE: '1' } }
  return new Promise((resolve) => {
    try {
      execFile(
        process.execPath,
        ['--input-type=module', '--eval', programOf(url)],
        options,
        (error, stdout) => {
          if (stdout !== '') resolve(JSON.parse(stdout))
          else if (typeof error?.code === 'string') resolve(undefined)
          else resolve({ failure: 'its driver crashes or hangs' })
        },
      )
    } catch {
      resolve(undefined)
    }
  })
}
