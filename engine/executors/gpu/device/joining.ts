/** A kernel to launch. */
export interface Task {
  /** The values that it reads. */
  readonly reads: readonly number[]
  readonly results: readonly number[]
  /** The elements that it reads or computes, whichever are more. */
  readonly size: number
  /** Whether it can share a launch with others. */
  readonly joins: boolean
}

/** Larger tasks start at their place in the order, so that values do not wait in memory for long. */
const largestWaiting = 2 ** 20

/** With more, the code of a launch would be long. */
const mostJoined = 128

/**
 * Joins tasks to launches: tasks of a launch do not depend on each other. Small tasks wait until another task needs one of
 * them; then all of them start whose operands are there. So the updates of the weights of a layer run beside the gradients
 * of the layers before it, and the launches of a step are about as many as the longest chain of its tasks.
 */
export function joinTasks<Each extends Task>(tasks: readonly Each[]): Each[][] {
  const launches: Each[][] = []
  /** Tasks that wait, by their results. */
  const waiting = new Map<number, Each>()

  const launch = (started: readonly Each[]) => {
    const last = launches.at(-1)
    const results = new Set(last?.flatMap((task) => task.results))
    const isFree = started.every(({ joins, reads }) => joins && !reads.some((value) => results.has(value)))
    if (last?.[0].joins && isFree && last.length + started.length <= mostJoined) last.push(...started)
    else {
      for (let i = 0; i < started.length; i += mostJoined) launches.push(started.slice(i, i + mostJoined))
    }
  }
  const startNeeded = (values: readonly number[]) => {
    const needed = neededAmong(waiting, values)
    while (needed.size > 0) {
      const ready = [...new Set(waiting.values())].filter(
        ({ reads }) => !reads.some((value) => waiting.has(value)),
      )
      launch(ready)
      for (const task of ready) {
        for (const result of task.results) waiting.delete(result)
        needed.delete(task)
      }
    }
  }
  for (const task of tasks) {
    if (task.joins && task.size <= largestWaiting) {
      for (const result of task.results) waiting.set(result, task)
    } else {
      startNeeded(task.reads)
      launch([task])
    }
  }
  startNeeded([...waiting.keys()])
  return launches
}

/** Returns the waiting tasks that these values need. */
function neededAmong<Each extends Task>(
  waiting: ReadonlyMap<number, Each>,
  values: readonly number[],
): Set<Each> {
  const needed = new Set<Each>()
  const open = [...values]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const task = waiting.get(value)
    if (task === undefined || needed.has(task)) continue
    needed.add(task)
    open.push(...task.reads)
  }
  return needed
}
