import { describe, expect, it } from 'vitest'
import { duration, titleOf } from '../../cli/text.ts'

describe('text', () => {
  it.each([
    [0.4, '0 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
  ])('should say %d seconds as people do', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })

  it.each([
    ['teacher', 'teacher'],
    ['student-alone', 'student alone'],
    ['student-dtkd-exact', 'student with DTKD-exact'],
    ['student-dkd-dtkd', 'student with DKD-DTKD'],
    ['student-at', 'student with AT'],
  ])('should give %s a title', (name, title) => {
    expect(titleOf(name)).toBe(title)
  })
})
