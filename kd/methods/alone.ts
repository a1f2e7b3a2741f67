import type { Tensor } from '../../engine/index.ts'
import { crossEntropy } from '../../nn/crossEntropy.ts'
import { defineMethod } from '../defineMethod.ts'
import type { Loss } from '../distillation.ts'
import { checkLesson, type Lesson, Method } from '../method.ts'

/** Computes the loss without a teacher: the cross entropy of the student's logits [N, K] with labels [N] int32. */
export function alone(studentLogits: Tensor, labels: Tensor): Loss {
  const loss = crossEntropy(studentLogits, labels)
  return { loss, task: loss, terms: { crossEntropy: loss } }
}

class Alone extends Method {
  override forward(lesson: Lesson): Loss {
    checkLesson(lesson)
    const { student, labels } = lesson
    return alone(student.logits, labels)
  }

  protected override loss(lesson: Lesson): Loss {
    return this.forward(lesson)
  }
}

export const aloneMethod = defineMethod({
  name: 'alone',
  description: 'cross entropy alone, without a teacher',
  paper: '',
  options: {},
  needsTeacher: false,
  needsFeatures: false,
  build: () => new Alone(),
})
