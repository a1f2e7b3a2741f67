import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distiller, distillerNames } from '../../../kd/index.ts'
import { resolveRunRecipe, type WrittenRecipe } from '../../../train/index.ts'

const pair: WrittenRecipe = {
  dataset: 'cifar100',
  teacher: { model: 'resnet56' },
  student: { model: 'resnet20' },
  methods: { dtkd: { alpha: 1, warmUp: 12 }, dkd: { beta: 2 } },
  training: { lr: 0.1 },
}

describe('resolveRunRecipe', () => {
  it('should leave nothing open, and take as published what nobody says', () => {
    const { method, training, seed } = resolveRunRecipe(pair, { 'method.name': 'dtkd' })
    expect(method).toEqual({ name: 'dtkd', ...distiller('dtkd', { alpha: 1, warmUp: 12 }).options })
    expect(training).toEqual({
      epochs: 240,
      batchSize: 64,
      lr: 0.1,
      momentum: 0.9,
      weightDecay: 5e-4,
      milestones: [150, 180, 210],
      lrDecay: 0.1,
      dot: 0,
    })
    expect(seed).toBe(0)
  })

  it('should take the options of the method over those of methods, and settings over both', () => {
    const written: WrittenRecipe = { ...pair, method: { name: 'dtkd', alpha: 2, beta: 3 } }
    expect(resolveRunRecipe(written).method).toMatchObject({ alpha: 2, beta: 3, warmUp: 12 })
    expect(resolveRunRecipe(written, { 'method.alpha': 5 }).method).toMatchObject({ alpha: 5, beta: 3 })
  })

  it('should not hand the options of one method to another', () => {
    const written: WrittenRecipe = { ...pair, method: { name: 'dtkd', alpha: 2, beta: 3 } }
    const { method } = resolveRunRecipe(written, { 'method.name': 'dkd' })
    expect(method).toEqual({ name: 'dkd', ...distiller('dkd', { beta: 2 }).options })
    expect(resolveRunRecipe(written, { 'method.name': 'dtkd' })).toEqual(resolveRunRecipe(written))
  })

  it('should keep the proportions of a training of another length', () => {
    const written: WrittenRecipe = {
      ...pair,
      method: { name: 'fitnet', hintEpochs: 30 },
      training: { epochs: 100, milestones: [60, 90] },
    }
    expect(resolveRunRecipe(written, { 'training.epochs': 10 })).toMatchObject({
      method: { hintEpochs: 3 },
      training: { epochs: 10, milestones: [6, 9] },
    })
    const settings = { 'method.name': 'dtkd', 'training.epochs': 200, 'training.milestones': [7] }
    expect(resolveRunRecipe(written, settings)).toMatchObject({
      method: { warmUp: 12 },
      training: { epochs: 200, milestones: [7] },
    })
    expect(resolveRunRecipe(pair, { 'method.name': 'dkd', 'training.epochs': 24 })).toMatchObject({
      method: { warmUp: 20 },
      training: { milestones: [15, 18, 21] },
    })
  })

  it('should change what is set and nothing else', () => {
    const places = [
      'training.lr',
      'training.weightDecay',
      'training.lrDecay',
      'method.weight',
      'seed',
      'limit',
      'validation',
    ]
    const before = resolveRunRecipe(pair, { 'method.name': 'kd' })
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.integer({ min: 1, max: 99 }), (place, value) => {
        const [key, inner] = place.split('.')
        const part = Object.entries(before).find(([name]) => name === key)?.[1]
        const changed = inner === undefined ? value : { ...(part as object), [inner]: value }
        expect(resolveRunRecipe(before, { [place]: value })).toEqual({ ...before, [key]: changed })
      }),
    )
  })

  it.each(distillerNames)(
    'should let a teacher go that %s has no use for, and demand one that it needs',
    (name) => {
      const settings = { 'method.name': name }
      const { needsTeacher } = distiller(name)
      expect(resolveRunRecipe(pair, settings).teacher).toEqual(needsTeacher ? pair.teacher : undefined)
      const resolve = () => resolveRunRecipe({ ...pair, teacher: undefined }, settings)
      if (needsTeacher) expect(resolve).toThrow(`teacher: the method ${name} needs one, got nothing`)
      else expect(resolve).not.toThrow()
    },
  )

  it.each([
    [{}, 'method.name: this recipe does not choose a method: expected one of alone, kd, '],
    [{ 'method.name': 'dtk' }, 'method.name: expected one of alone, kd, '],
    [{ 'method.alpha': 2 }, 'method.name: expected one of alone, kd, '],
    [
      { 'method.name': 'kd', 'method.alpha': 2 },
      'method.alpha: unknown key; expected one of name, weight, crossEntropyWeight, ',
    ],
    [{ 'method.name': 'kd', 'method.wieght': 2 }, 'method.wieght: unknown key; did you mean "weight"?'],
    [{ 'method.name': 'kd', 'method.weight': -1 }, 'method.weight: expected a finite number ≥ 0, got -1'],
    [{ 'method.name': 'kd', 'method.weight': '1' }, "method.weight: expected a finite number ≥ 0, got '1'"],
    [
      { 'method.name': 'kd', 'method.guard': 'any' },
      "method.guard: expected one of fallback, clamp, absolute, centre, none, got 'any'",
    ],
    [{ 'methods.dkd.bta': 2 }, 'methods.dkd.bta: unknown key; did you mean "beta"?'],
    [{ 'methods.dkdd.beta': 2 }, 'methods.dkdd: unknown key; did you mean "dkd"?'],
    [{ 'training.learningRate': 2 }, 'training.learningRate: unknown key; did you mean "lr"?'],
    [{ 'training.lr.first': 2 }, 'training.lr: expected a number ≥ 0, got keys with values'],
    [{ 'training.epochs': 1.5 }, 'training.epochs: expected an integer ≥ 1, got 1.5'],
    [
      { 'training.milestones': [3, 2] },
      'training.milestones: expected integers ≥ 0 in ascending order, got a list',
    ],
    [{ 'training.dot': 0.95 }, 'training.dot: expected at most the momentum, got 0.95'],
    [{ 'training.lr': Number.NaN }, 'training.lr: expected a number ≥ 0, got NaN'],
    [{ 'student.model': 'resnet21' }, 'student.model: expected one of resnet20, '],
    [{ dataset: 'imagenet' }, 'dataset: expected one of digits, cifar100, '],
    [{ 'augmentation.flip': true }, 'augmentation.padding: expected an integer ≥ 0, got nothing'],
    [{ ['__proto__.polluted']: true }, '__proto__: unknown key; expected one of dataset, '],
    [{ 'constructor.prototype.polluted': true }, 'constructor: unknown key; expected one of dataset, '],
    [{ '': 1 }, 'unknown key; expected one of dataset, '],
  ])('should refuse to set %j', (settings, message) => {
    expect(() => resolveRunRecipe(pair, settings)).toThrow(message)
    expect('polluted' in {}).toBe(false)
  })
})
