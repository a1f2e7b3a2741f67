import { describe, expect, it } from 'vitest'
import { arrayIndex } from '../../../train/index.ts'

describe('the index of an array of jobs', () => {
  it.each(['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX'])(
    'should be taken from %s',
    (name) => {
      expect(arrayIndex({ HOME: '/home/x', [name]: '17' })).toBe(17)
      expect(arrayIndex({ [name]: '0' })).toBe(0)
    },
  )

  it('should be refused where no engine says it, or two do, or what it says is no index', () => {
    expect(() => arrayIndex({ HOME: '/home/x' })).toThrow(
      'index: this process is not part of a job array: none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX is set',
    )
    expect(() => arrayIndex({ SLURM_ARRAY_TASK_ID: '1', JOB_COMPLETION_INDEX: '1' })).toThrow(
      'index: expected one job array, but SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are set: give the index as a number',
    )
    expect(() => arrayIndex({ SLURM_ARRAY_TASK_ID: '4294967294x' })).toThrow(
      "index: expected SLURM_ARRAY_TASK_ID to be an integer of 0 or more, got '4294967294x'",
    )
  })
})
