/**
 * A word of a command that the user is to copy: quoted where a shell would take it apart, expand or run any of it.
 * @param platform as `process.platform`; PowerShell and POSIX shells take single quotes alike but for a quote inside
 */
export const shellWord = (word: string, platform: NodeJS.Platform = process.platform): string => {
  if (/^[\w@%+=:,./-]+$/.test(word) || (platform === 'win32' && /^[\w@+=:,./\\-]+$/.test(word))) return word
  return `'${word.replaceAll("'", platform === 'win32' ? "''" : "'\\''")}'`
}

/** A command that the user is to copy, from its words. */
export const shellCommand = (...words: readonly string[]): string => words.map((word) => shellWord(word)).join(' ')
