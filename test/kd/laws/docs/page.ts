import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  checkLaws,
  formatReport,
  type HostLoss,
  type LossLaw,
  lawsByTopic,
  type Profile,
  profileNames,
  profileOf,
} from '../../../../kd/laws/index.ts'
import myLoss from './myLoss.ts'
import wrongLoss from './wrongLoss.ts'

const profiles = profileNames.map((name) => profileOf(name))

/** Returns docs/laws.md: a worked example with its actual output, every profile, every law. */
export async function lawsPage(): Promise<string> {
  return [
    '# The laws of distillation losses',
    '',
    'The laws that every loss of a kind must obey, as executable records in [`kd/laws`](../kd/laws/README.md). `npm run',
    'laws:docs` generates this page from them.',
    '',
    'Symbols: u: the teacher’s logits; v: the student’s; t: the label of a sample; N samples, K classes; τ: the reference',
    'temperature; p = softmax(u/T_teacher), q = softmax(v/T_student); S(z) = ln Σ exp zᵢ.',
    '',
    ...(await example()),
    '## Losses in use, and what they break',
    '',
    '[real-losses.md](real-losses.md) holds published losses in PyTorch, TensorFlow.js, jax-js and plain JavaScript to the laws of',
    'their profiles, and tells what they break.',
    '',
    '## Profiles',
    '',
    'The kinds of loss that can be tested. A law that a profile declares broken must be shown to be broken: if no',
    'counterexample is found, the loss is not of this kind.',
    '',
    ...profiles.flatMap(profileSection),
    ...Object.entries(lawsByTopic).flatMap(([topic, laws]) => [
      `## Laws of ${topic}`,
      '',
      ...laws.flatMap(lawSection),
    ]),
  ].join('\n')
}

async function example(): Promise<string[]> {
  const source = await readFile(join(import.meta.dirname, 'myLoss.ts'), 'utf8')
  const own = await readFile(join(import.meta.dirname, 'hellinger.ts'), 'utf8')
  const wrong = (await printed(wrongLoss)).split('\n')
  const broken = wrong.findIndex((line) => line.startsWith('BROKEN'))
  const next = wrong.findIndex((line, i) => i > broken && !line.startsWith(' '))
  return [
    '## Testing your own loss',
    '',
    'Any function of host arrays can be tested, however it is computed. `myLoss.ts`:',
    '',
    ...fenced('ts', source.trim()),
    'On the command line, with exit code 1 if a law is broken:',
    '',
    ...fenced('', `$ thermograd laws myLoss.ts --profile kd --seed 1\n${await printed(myLoss)}`),
    'If `divergence` ended in `/ logP.length`, the mean over the classes, the report would contain:',
    '',
    ...fenced('', [...wrong.slice(broken, next), '…', ...wrong.slice(-2)].join('\n')),
    '`--law`, `--seed` and `--replay` of a broken law try its case again. `--html` and `--junit` write the report as a page and',
    'for continuous integration; `--rows` and `--classes` choose the sizes; a list of batches that the module exports as',
    '`examples` is always tried. `--statistics` shows what the cases were, such as how many had ties or labels in the last class,',
    'and what never occurred. `--dtype` says in which precision the loss computes, if it is not float64 or float32, which are detected:',
    'logits, ranges and tolerances follow from it. `thermograd laws init my-loss.ts --profile dtkd` writes a module to fill in.',
    '',
    'In vitest, with one test for each law:',
    '',
    ...fenced(
      'ts',
      "import { describeLaws } from 'thermograd/kd/laws'\nimport myLoss from './myLoss.ts'\n\ndescribeLaws('my loss', myLoss, 'kd')",
    ),
    'The same call works in Jest and mocha, and takes the functions of any other framework, such as node:test:',
    '',
    ...fenced(
      'ts',
      "import { describe, it } from 'node:test'\n\ndescribeLaws('my loss', myLoss, 'kd', { framework: { describe, it } })",
    ),
    'A test draws the same cases in each run; `{ seed: Date.now(), runs: 1000 }` draws new and more ones each time.',
    '',
    'In any language, over a [protocol of JSON lines](../kd/laws/process/README.md);',
    '[examples/python](../examples/python/README.md) serves a PyTorch loss:',
    '',
    ...fenced('', '$ thermograd laws --command "python3 kd_loss.py" --profile kd'),
    'In any program:',
    '',
    ...fenced(
      'ts',
      "const report = await checkLaws(myLoss, 'kd', { runs: 1000, seed: 1 })\nreport.holds // true",
    ),
    'If none of the profiles below fits, define one, with laws of its own. `hellinger.ts` exports a loss and its profile, which',
    '`thermograd laws hellinger.ts` finds; `--profile hellinger.ts` holds the losses of other files to it:',
    '',
    ...fenced('ts', own.trim().replace('../../../../kd/laws/index.ts', 'thermograd/kd/laws')),
    'A loss whose arguments have other shapes is wrapped, and then obeys the laws of any profile: `tokens({ loss, gradient })`',
    'takes logits [N, T, K] with padding, `masked(…)` a mask, `softLabels(…)` distributions as targets, `severalTeachers(…)`',
    'logits [M, N, K]. What must not matter holds arbitrary logits, and must get no gradient; see',
    '[`shapes.ts`](../kd/laws/shapes.ts). A process gets the same shapes with `--shape`.',
    '',
    'Instead of a function, the loss can be an object with `loss` and any of `gradient`, `teacherGradient`, `temperatures`,',
    '`perSample`, `terms`, `atEpoch`, `atTemperature` and `sharpness`, which are then tested as well;',
    '[`loss.ts`](../kd/laws/loss.ts) documents each of them.',
    '',
  ]
}

/** The output of the command. */
async function printed(loss: HostLoss): Promise<string> {
  return formatReport(await checkLaws(loss, 'kd', { seed: 1 }))
}

function fenced(language: string, text: string): string[] {
  return [`\`\`\`${language}`, text, '```', '']
}

function profileSection({ name, formula, maxima, breaks }: Profile): string[] {
  const rows = {
    any: 'any rows',
    positive: 'rows whose largest logits are positive on both sides',
    'not both negative': 'rows in which at least one side’s largest logit is not negative',
    spread: 'rows that are not constant',
  }
  return [
    `### ${name}`,
    '',
    `    ${formula}`,
    '',
    `Applies to ${rows[maxima]}. Breaks by design:`,
    '',
    ...Object.entries(breaks).map(([law, reason]) => `- \`${law}\`: ${reason}`),
    '',
  ]
}

function lawSection(law: LossLaw): string[] {
  const { name, statement, formula, conditions, tolerance, matters, usualCause, needs } = law
  const claimed = profiles.filter(({ claims }) => claims.includes(name)).map((profile) => profile.name)
  const broken = profiles.filter(({ breaks }) => Object.hasOwn(breaks, name)).map((profile) => profile.name)
  const entries = {
    conditions,
    tolerance,
    'requires the loss to provide': needs && `\`${needs}\``,
    'claimed by': claimed.join(', '),
    'broken by design by': broken.join(', '),
    'usual cause of failure': usualCause,
  }
  return [
    `### ${name}`,
    '',
    statement,
    '',
    `    ${formula}`,
    '',
    matters,
    '',
    ...Object.entries(entries).flatMap(([title, text]) => (text ? [`- ${title}: ${text}`] : [])),
    '',
  ]
}
