import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InvalidInputError } from '../../base/errors.ts'

/**
 * Downloads lavapipe, the software GPU of Mesa, into a folder, without any change to the system. Debian 12's own Mesa is too
 * old for Dawn, so it comes from the backports, from the mirror that the system's apt uses.
 */
export function downloadLavapipe(folder: string): void {
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  const root = join(partial, 'root')
  mkdirSync(root, { recursive: true })
  try {
    for (const file of downloadPackages(join(partial, 'apt'))) run('dpkg-deb', ['--extract', file, root])
    rmSync(join(partial, 'apt'), { recursive: true })
    writeDriver(partial, folder)
    rmSync(folder, { recursive: true, force: true })
    renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** Returns the packages of lavapipe, and of what it needs beyond this system. */
function downloadPackages(folder: string): string[] {
  const release = codename()
  const backports = `${release}-backports`
  const mirror = mirrorOf(release)
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true })
  const sources = join(folder, 'sources.list')
  writeFileSync(sources, [release, backports].map((suite) => `deb ${mirror} ${suite} main\n`).join(''))
  // All that apt writes goes to this folder, and it needs neither the lock of the system nor another user.
  const settings = [
    ...[`Dir::Etc::SourceList=${sources}`, 'Dir::Etc::SourceParts=-'],
    ...[`Dir::State::Lists=${join(folder, 'lists')}`, `Dir::Cache=${folder}`],
    ...['Debug::NoLocking=1', 'APT::Sandbox::User=root'],
  ]
  const options = settings.flatMap((setting) => ['-o', setting])
  run('apt-get', [...options, '--quiet', 'update'])
  run('apt-get', [
    ...[...options, '--quiet', '--yes', '--no-install-recommends', '--reinstall', '--download-only'],
    ...['--target-release', backports, 'install', 'mesa-vulkan-drivers'],
  ])
  const archives = join(folder, 'archives')
  const files = readdirSync(archives).filter((name) => name.endsWith('.deb'))
  return files.map((name) => join(archives, name))
}

/** Describes the driver to Vulkan with the absolute path of its library, and links the folder of its libraries. */
function writeDriver(partial: string, folder: string): void {
  const library = readdirSync(join(partial, 'root'), { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('/libvulkan_lvp.so'),
  )
  if (library === undefined) throw new InvalidInputError('lavapipe: the packages have no libvulkan_lvp.so')
  symlinkSync(join('root', dirname(library)), join(partial, 'libraries'))
  const driver = { api_version: '1.3.0', library_path: join(folder, 'root', library) }
  writeFileSync(
    join(partial, 'driver.json'),
    `${JSON.stringify({ file_format_version: '1.0.1', ICD: driver })}\n`,
  )
}

/** Returns the name of this Debian's release. */
function codename(): string {
  const name = /^VERSION_CODENAME=(.+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))
  if (name === null) throw new InvalidInputError('lavapipe: this system does not name its release')
  return name[1]
}

/** Returns the mirror of a release in the system's sources. */
function mirrorOf(release: string): string {
  const format = '$(RELEASE) $(REPO_URI)'
  const targets = run('apt-get', [
    'indextargets',
    '--format',
    format,
    'Created-By: Packages',
    'Component: main',
  ])
  const mirror = targets.split('\n').find((target) => target.startsWith(`${release} `))
  if (mirror !== undefined) return mirror.slice(release.length + 1)
  throw new InvalidInputError(`lavapipe: the sources of apt have no mirror of ${release}`)
}

function run(command: string, values: readonly string[]): string {
  return execFileSync(command, values, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
