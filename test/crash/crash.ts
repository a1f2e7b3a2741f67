// Kills a training again and again, at random moments, and compares what it comes to: `npm run test:crash`.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import { RandomStream, streamKey } from '../../base/random.ts'
import { positiveInteger, wholeNumber } from '../../cli/options.ts'

await new Command()
  .description(
    'Trains on the handwritten digits, killed at random moments, also while it writes checkpoints.',
  )
  .option('--kills <count>', 'at least so many in all', positiveInteger, 50)
  .option('--seed <number>', 'of the moments', wholeNumber, 0)
  .action(async ({ kills, seed }: { kills: number; seed: number }) => {
    const stream = new RandomStream(streamKey(seed, 'kills'))
    const undisturbed = await fingerprintAfter([])
    console.log(`undisturbed: ${undisturbed}`)
    let done = 0
    for (let run = 1; done < kills; run++) {
      const { fingerprint, killed } = await trainAndKill(stream)
      done += killed
      console.log(`run ${run}: ${killed} kills, ${fingerprint === undisturbed ? 'the same' : fingerprint}`)
      if (fingerprint !== undisturbed) process.exit(1)
    }
    console.log(`${done} kills, and every run ended with the weights of the undisturbed one`)
  })
  .parseAsync()

/** One training, killed until chance lets it end, with one thread and two in turns. */
async function trainAndKill(stream: RandomStream): Promise<{ fingerprint: string; killed: number }> {
  const moments: number[] = []
  // From before the first step to after the last, most of them early: what has just begun is easily left half done.
  while (moments.length < 12) moments.push(300 + 2500 * stream.uniform() ** 2)
  let killed = 0
  const fingerprint = await fingerprintAfter(moments, () => killed++)
  return { fingerprint, killed }
}

/** Trains, killed after each of these times (in ms) unless it has ended, then to the end. */
async function fingerprintAfter(moments: readonly number[], onKill = () => {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thermograd-crash-'))
  try {
    for (const [i, moment] of moments.entries()) {
      if (await trainFor(folder, moment, i)) break
      onKill()
    }
    if (!(await trainFor(folder, Infinity, 0))) throw new Error('a training that nobody killed did not end')
    return JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')).fingerprint
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Whether the training ended before it was killed. */
async function trainFor(folder: string, milliseconds: number, attempt: number): Promise<boolean> {
  const options = ['--model', 'resnet8', '--epochs', '2', '--limit', '160', '--batch-size', '16']
  const survival = ['--out', folder, '--resume', '--checkpoint-steps', '1']
  const child = spawn(process.execPath, ['cli/main.ts', 'train', ...options, ...survival], {
    env: { ...process.env, THERMOGRAD_THREADS: String(1 + (attempt % 2)) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const killer = new AbortController()
  if (milliseconds !== Infinity) {
    setTimeout(milliseconds, undefined, killer).then(
      () => child.kill('SIGKILL'),
      () => {},
    )
  }
  const code = await ended
  killer.abort()
  if (code !== null && code !== 0) throw new Error(`the training failed with code ${code}:\n${complaint}`)
  return code === 0
}
