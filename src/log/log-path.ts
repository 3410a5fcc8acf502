import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** As many symbolic links as one path may lead through, as SQLite has it. */
const mostLinks = 200

/**
 * The one name of a log file, however it was spelt: absolute, without `..` and without symbolic links,
 * whether or not the file exists yet. What SQLite keeps beside the file, such as `-wal`, is beside this.
 *
 * @throws Error of the file system if its directory does not exist or may not be read.
 */
export function logPath(path: string): string {
  let name = resolve(path)
  for (let links = 0; links <= mostLinks; links++) {
    name = join(realpathSync(dirname(name)), basename(name))
    if (lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return name
    name = resolve(dirname(name), readlinkSync(name))
  }
  throw new Error(`${path} leads through more than ${mostLinks} symbolic links.`)
}
