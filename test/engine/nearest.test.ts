import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestFirst, suggestionFor } from '../../base/suggestions.ts'

const word = () => fc.stringMatching(/^[a-z]{1,8}$/)

describe('nearestFirst', () => {
  it('should give every name once, and a name itself first', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word(), { minLength: 1 }), fc.nat(), (known, place) => {
        const name = known[place % known.length]
        const [first, ...others] = nearestFirst(name, known)
        expect([first, ...others].sort()).toEqual(known.toSorted())
        expect(nearestFirst(name, [...others, name])[0]).toBe(first)
      }),
    )
  })

  it.each([
    ['resnet21', ['vgg8', 'resnet110', 'resnet20'], ['resnet20', 'resnet110', 'vgg8']],
    ['resnet50', ['resnet20', 'ResNet50'], ['ResNet50', 'resnet20']],
    ['batch_size', ['epochs', 'batchSize'], ['batchSize', 'epochs']],
  ])('should order for %s', (name, known, ordered) => {
    expect(nearestFirst(name, known)).toEqual(ordered)
  })
})

describe('suggestionFor', () => {
  const known = ['epochs', 'batchSize', 'lr', 'weightDecay']

  it.each([
    ['learningRate', 'lr'],
    ['learning_rate', 'lr'],
    ['wd', 'weightDecay'],
    ['epoch', 'epochs'],
    ['batchsize', 'batchSize'],
  ])('should take %s for %s', (name, meant) => {
    expect(suggestionFor(name, known)).toBe(`did you mean "${meant}"?`)
  })

  it('should name all where nothing is near', () => {
    expect(suggestionFor('colour', known)).toBe('expected one of epochs, batchSize, lr, weightDecay')
    expect(suggestionFor('colour', [])).toBe('expected one of (none)')
  })
})
