import { InputError } from '@h2learn/snn-core'

/**
 * Loads a parser library at the first use of what needs it, so that importing the package loads none of them.
 * @throws InputError that names the library when it is not installed or does not run here
 */
export const loadLibrary = async <T>(name: string, needed: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load()
  } catch (error) {
    throw new InputError({
      where: needed,
      expected: `the library ${name}`,
      got: error instanceof Error ? error.message.split('\n')[0]! : String(error),
      hint: `install ${name} beside @h2learn/datasets (Node only)`,
    })
  }
}
