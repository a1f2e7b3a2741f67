// A contestant: makes the step of a job, and then takes as many as it is asked for.

/** Returns a function that takes a step of the job, and the number of threads. */
const contestants = {
  thermograd: async (job) => (await import('./thermograd.ts')).contestantOf(job),
  'jax-js': async (job) => ({ step: await (await import('../rivals/jaxStep.js')).stepOf(job), threads: 1 }),
  'tfjs-wasm': async (job) => (await import('../rivals/tfjsPage.js')).contestantOf(job),
}

let step

self.onmessage = async ({ data: { name, job, steps } }) => {
  try {
    if (job) {
      const contestant = await contestants[name](job)
      step = contestant.step
      return postMessage({ threads: contestant.threads })
    }
    const milliseconds = []
    for (let taken = 0; taken < steps; taken++) {
      const start = performance.now()
      await step()
      milliseconds.push(performance.now() - start)
    }
    postMessage({ milliseconds })
  } catch (error) {
    postMessage({ error: `${error}` })
  }
}
