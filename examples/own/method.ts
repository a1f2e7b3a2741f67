import { abs, mean, square, subtract } from 'thermograd/engine'
import { defineLogitMethod, option } from 'thermograd/kd'
import { crossEntropy } from 'thermograd/nn'

/** weight · mean |u − v|ᵖ + cross entropy, for the teacher's logits u and the student's v; p is 2 or 1. */
export const logitMatching = defineLogitMethod(
  {
    name: 'logit-matching',
    description: 'matches the logits themselves',
    paper: 'Ba, Caruana 2014, arXiv 1312.6184',
    options: {
      measure: option.oneOf(['squared', 'absolute'], 'squared'),
      weight: option.number(1, { min: 0 }),
    },
  },
  (student, teacher, labels, { measure, weight }) => {
    const difference = subtract(teacher, student)
    const distance = mean(measure === 'squared' ? square(difference) : abs(difference))
    const task = crossEntropy(student, labels)
    const distillation = distance.multiply(weight)
    return { loss: task.add(distillation), task, distillation, terms: { distance, crossEntropy: task } }
  },
)
