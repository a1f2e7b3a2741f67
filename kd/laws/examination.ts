import type { Trial } from '../../base/laws/law.ts'
import { definition, definitionAtExtremes, finiteAtExtremes, pure } from './catalogue/definitionLaws.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'
import { diagnose } from './diagnosis/diagnosis.ts'
import { judge, lawsOf } from './judge.ts'
import type { Subject } from './subject.ts'
import { isBad, type LossVerdict } from './verdict.ts'

/** The laws whose counterexamples tell which mistake was made. */
const telling = [definition, definitionAtExtremes, finiteAtExtremes]

/**
 * Checks laws of one loss, each law once, until something is found that leaves nothing to judge: a loss that fails, or
 * that is not a function of its arguments. Everything else that is broken then has one cause, which is sought once.
 */
export class Examination {
  readonly subject: Subject
  readonly #trial: Trial
  readonly #verdicts = new Map<LossLaw, Promise<LossVerdict>>()
  #guess: Promise<string | undefined> | undefined
  /** The verdict after which nothing else is tested. */
  obstacle: LossVerdict | undefined

  constructor(subject: Subject, trial: Trial) {
    this.subject = subject
    this.#trial = trial
  }

  /** Judges laws in turn. The first verdict is the obstacle, if the laws do not include its own. */
  async verdictsOf(laws: readonly LossLaw[]): Promise<readonly LossVerdict[]> {
    const verdicts = this.subject.loss.connection ? await this.#sideBySide(laws) : await this.#inTurn(laws)
    const { obstacle } = this
    return obstacle === undefined || laws.includes(obstacle.law) ? verdicts : [obstacle, ...verdicts]
  }

  /** Judges a law, unless there is an obstacle. */
  async verdictOf(law: LossLaw): Promise<LossVerdict> {
    const verdict = await this.#judged(law)
    if (isObstacle(verdict)) this.obstacle ??= verdict
    else if (isBad(verdict)) await this.#suspectImpurity()
    return this.#after(verdict)
  }

  /** Returns the typical mistake that explains everything that is broken, if there is one. */
  guess(verdicts: readonly LossVerdict[]): Promise<string | undefined> {
    this.#guess ??= this.#diagnosed(verdicts)
    return this.#guess
  }

  async #inTurn(laws: readonly LossLaw[]): Promise<LossVerdict[]> {
    const verdicts: LossVerdict[] = []
    for (const law of laws) verdicts.push(await this.verdictOf(law))
    return verdicts
  }

  /** Laws of a loss in another process are checked side by side, so that their calls share requests. */
  async #sideBySide(laws: readonly LossLaw[]): Promise<LossVerdict[]> {
    const verdicts = await Promise.all(laws.map((law) => this.#judged(law)))
    this.obstacle ??= verdicts.find(isObstacle)
    if (verdicts.some(isBad)) await this.#suspectImpurity()
    const { obstacle } = this
    const first = verdicts.findIndex(({ law }) => law === obstacle?.law)
    return verdicts.map((verdict, i) =>
      obstacle && first >= 0 && i > first ? untested(verdict.law, obstacle) : this.#after(verdict),
    )
  }

  #judged(law: LossLaw): Promise<LossVerdict> {
    if (this.obstacle && !this.#verdicts.has(law)) return Promise.resolve(untested(law, this.obstacle))
    const verdict = this.#verdicts.get(law) ?? judge(law, this.subject, this.#trial)
    this.#verdicts.set(law, verdict)
    return verdict
  }

  /** A law that was found broken beside the obstacle may owe it to that. */
  #after(verdict: LossVerdict): LossVerdict {
    const { obstacle } = this
    if (obstacle === undefined || verdict.law === obstacle.law || !isBad(verdict)) return verdict
    return untested(verdict.law, obstacle)
  }

  /** Where something is broken, a loss that is not pure is broken by chance. */
  async #suspectImpurity(): Promise<void> {
    if (this.obstacle || this.#trial.path !== undefined || !lawsOf(this.subject.profile).includes(pure))
      return
    const verdict = await this.#judged(pure)
    if (isObstacle(verdict)) this.obstacle = verdict
  }

  async #diagnosed(verdicts: readonly LossVerdict[]): Promise<string | undefined> {
    if (this.obstacle || this.subject.isCoarse) return undefined
    const others = this.#trial.path === undefined ? telling : []
    const known = lawsOf(this.subject.profile).filter(
      (law) => others.includes(law) && !verdicts.some((verdict) => verdict.law === law),
    )
    const further = await Promise.all(known.map((law) => this.#judged(law)))
    return diagnose(this.subject, [...verdicts, ...further])
  }
}

function isObstacle({ law, outcome }: LossVerdict): boolean {
  return outcome === 'failed' || (law === pure && outcome === 'broken')
}

function untested(law: LossLaw, obstacle: LossVerdict): LossVerdict {
  const reason = obstacle.failure
    ? `the loss fails, see ${obstacle.law.name}`
    : 'the loss is not the same when called again'
  return { law, outcome: 'not tested', reason }
}
