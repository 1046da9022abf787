import { expect } from 'vitest'
import { DatasetError } from '../src/dataset-error'

/** The DatasetError an action throws; fails when it throws none or something else. */
export const datasetError = (action: () => unknown): DatasetError => {
  let thrown: unknown
  try {
    action()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(DatasetError)
  return thrown as DatasetError
}

/** The value, or undefined when a DatasetError was thrown; any other error passes through and fails the test. */
export const valueOrDatasetError = <T>(action: () => T): T | undefined => {
  try {
    return action()
  } catch (error) {
    if (error instanceof DatasetError) return undefined
    throw error
  }
}
