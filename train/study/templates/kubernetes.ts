import type { IJob } from 'kubernetes-models/batch/v1'
import { stringify } from 'yaml'
import { checkFields, text } from '../../../base/arguments.ts'
import { type ArrayJob, checkArrayJob } from './arrayJob.ts'

export interface KubernetesJob extends ArrayJob {
  /** Container image that has the command `thermograd`. */
  readonly image: string
  /** PersistentVolumeClaim of the shared volume. */
  readonly claim: string
}

/**
 * Returns an Indexed Job for Kubernetes 1.29 or newer, as YAML. Throws if a number is not a count, or if the manifest's path is
 * not a single line.
 */
export function kubernetesJob(given: KubernetesJob): string {
  checkArrayJob('kubernetesJob', given)
  checkFields('kubernetesJob', 'job', given, { image: text, claim: text })
  const { manifest, runs, atOnce, cpus, memory, image, claim } = given
  const resources = { cpu: `${cpus}`, memory: `${memory}Gi` }
  const container = 'run'
  const job: IJob = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'thermograd' },
    spec: {
      completionMode: 'Indexed',
      completions: runs,
      parallelism: Math.min(atOnce, runs),
      backoffLimitPerIndex: 3,
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onExitCodes: { containerName: container, operator: 'In', values: [75] } },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailIndex', onExitCodes: { containerName: container, operator: 'In', values: [2] } },
        ],
      },
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 120,
          containers: [
            {
              name: container,
              image,
              command: ['thermograd', 'run', '--manifest', manifest, '--index', 'auto'],
              workingDir: '/study',
              env: [
                { name: 'THERMOGRAD_THREADS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
              ],
              resources: { requests: resources, limits: resources },
              volumeMounts: [{ name: 'study', mountPath: '/study' }],
            },
          ],
          volumes: [{ name: 'study', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  }
  return `${preface(manifest, runs)}${stringify(job, { aliasDuplicateObjects: false })}`
}

function preface(manifest: string, runs: number): string {
  return `# ${manifest} as an Indexed Job, one index for each of its ${runs} runs: kubectl apply -f this file.
# The image must have the command thermograd. The volume is shared by all pods (ReadWriteMany) and holds the manifest,
# the data and the runs; paths in the manifest are relative to its root.
# A pod that saved on termination (75) or was evicted does not count as failed: another resumes from its checkpoint.
# A run with invalid input (2) is not retried; any other failure is, three times.
`
}
