import { type Dataset, type DatasetDefinition, openDataset } from '../datasets/index.ts'
import { openExecutor, useExecutor } from '../engine/index.ts'
import { type Environment, environmentOf } from '../train/index.ts'
import type { CommonOptions } from './options.ts'
import type { Output } from './output.ts'

/** Opens the data set of a command and its executor, which becomes the current one. */
export async function openSession(
  options: Pick<CommonOptions, 'data' | 'device'> & { readonly dataset: string | DatasetDefinition },
  { stderr }: Output,
): Promise<{ dataset: Dataset; environment: Environment }> {
  const choice = await openExecutor(options.device)
  useExecutor(choice.executor)
  const dataset = await openDataset(options.dataset, { data: options.data })
  for (const note of [...missingParts(dataset), ...notesOn(dataset)]) stderr.write(`${note}\n`)
  return { dataset, environment: environmentOf(choice) }
}

function notesOn({ name, notes = [] }: Dataset): string[] {
  return notes.map((note) => `${name}: ${note}`)
}

/** Notes on files with fewer images than were published: they are read as they are, but may be truncated. */
function missingParts({ name, train, test, officialCounts }: Dataset): string[] {
  if (officialCounts === undefined) return []
  return (['train', 'test'] as const).flatMap((part) => {
    const [count, official] = [{ train, test }[part].labels.length, officialCounts[part]]
    return count === official
      ? []
      : [`${name}: the ${part} files hold ${count} of the ${official} published images`]
  })
}
