import type { IJob } from 'kubernetes-models/batch/v1'
import { stringify } from 'yaml'
import { checkFields, text } from '../../../base/arguments.ts'
import { type ArrayJob, checkArrayJob } from './arrayJob.ts'

export interface KubernetesJob extends ArrayJob {
  /** Of a container that has the command `thermograd`. */
  readonly image: string
  /** The PersistentVolumeClaim of the shared volume. */
  readonly claim: string
}

/** An Indexed Job for Kubernetes 1.29 or newer, as YAML. Throws for numbers that are no counts, and a manifest whose path is not one line. */
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
# the data and the runs; paths in the manifest begin at its root.
# A pod that has saved when it was told to end (75), or was evicted, does not count as failed: another goes on from its
# checkpoint. A run that cannot work (2) is not tried again; what else fails is, three times.
`
}
