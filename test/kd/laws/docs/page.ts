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

/** docs/laws.md: a worked example with what it really prints, every profile, every law. */
export async function lawsPage(): Promise<string> {
  return [
    '# The laws of distillation losses',
    '',
    'What every loss of a kind must obey, as executable records in [`kd/laws`](../kd/laws/README.md). `npm run',
    'laws:docs` makes this page of them.',
    '',
    'Symbols: u the teacher’s logits, v the student’s, t the label of a sample; N samples, K classes; τ the reference',
    'temperature; p = softmax(u/T_teacher), q = softmax(v/T_student); S(z) = ln Σ exp zᵢ.',
    '',
    ...(await example()),
    '## Profiles',
    '',
    'What a loss may claim to be. A law that a profile declares broken must be shown broken: where no counterexample is',
    'found, the loss is not what it claims to be.',
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
  const wrong = (await printed(wrongLoss)).split('\n')
  const broken = wrong.findIndex((line) => line.startsWith('BROKEN'))
  const next = wrong.findIndex((line, i) => i > broken && !line.startsWith(' '))
  return [
    '## A loss of your own',
    '',
    'Any function of host arrays will do, whatever computes it. `myLoss.ts`:',
    '',
    ...fenced('ts', source.trim()),
    'From the command line, where the exit code is 1 if a law is broken:',
    '',
    ...fenced('', `$ thermograd laws myLoss.ts --profile kd --seed 1\n${await printed(myLoss)}`),
    'Had `divergence` ended in `/ logP.length`, the mean over the classes, it would have said, among other things:',
    '',
    ...fenced('', [...wrong.slice(broken, next), '…', ...wrong.slice(-2)].join('\n')),
    'In vitest, a test for each law:',
    '',
    ...fenced(
      'ts',
      "import { describeLaws } from 'thermograd/kd/laws'\nimport myLoss from './myLoss.ts'\n\ndescribeLaws('my loss', myLoss, 'kd')",
    ),
    'And anywhere:',
    '',
    ...fenced(
      'ts',
      "const report = await checkLaws(myLoss, 'kd', { runs: 1000, seed: 1 })\nreport.holds // true",
    ),
    'An object with `loss` may offer more, and is held to more: `gradient`, `teacherGradient`, `temperatures`,',
    '`perSample`, `terms`, `atEpoch` and `sharpness`, each documented in [`loss.ts`](../kd/laws/loss.ts).',
    '',
  ]
}

/** What the command prints. */
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
    'not both negative': 'rows of which at least one side’s largest logit is not negative',
    spread: 'rows that are not constant',
  }
  return [
    `### ${name}`,
    '',
    `    ${formula}`,
    '',
    `Speaks of ${rows[maxima]}. Breaks by design:`,
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
    'needs the loss to offer': needs && `\`${needs}\``,
    'claimed by': claimed.join(', '),
    'broken by design by': broken.join(', '),
    'mostly broken by': usualCause,
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
