export { InputError, ShapeError } from '@h2learn/config'

/** Training that went wrong by itself (a loss that is not a number); commands exit with 1. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError'
  readonly code = 'H2LEARN_RUN'
}
