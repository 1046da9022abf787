import { DatasetError } from './dataset-error'

/** Coordinates of Prophesee's files have at most 14 bits. */
const longestSide = 1 << 14

/** Pixels of a sensor, and whether they are an assumption because neither file nor caller said. */
export interface SensorSize {
  readonly width: number
  readonly height: number
  readonly sensorAssumed?: true
}

/** A side length that may not be known. */
type Sides = { readonly width?: number | undefined; readonly height?: number | undefined }

/**
 * The sensor of a recording: what the file states, else what the caller says, else what is usual for the format.
 * @throws DatasetError for sides that are no integers from 1 to 16,384
 */
export const sensorSize = (
  file: string,
  stated: Sides,
  given: Sides,
  usual: { readonly width: number; readonly height: number },
): SensorSize => {
  const width = stated.width ?? given.width
  const height = stated.height ?? given.height
  const size = { width: width ?? usual.width, height: height ?? usual.height }
  for (const side of Object.values(size))
    if (!(Number.isInteger(side) && side >= 1 && side <= longestSide))
      throw new DatasetError({
        file,
        offset: 0,
        expected: `a sensor of 1 to ${longestSide} pixels a side`,
        got: `${size.width}×${size.height}`,
      })
  return { ...size, ...((width === undefined || height === undefined) && { sensorAssumed: true }) }
}

/** @throws DatasetError, of a file whose events all lie outside the sensor */
export const allOutside = (file: string, { width, height, sensorAssumed }: SensorSize, outside: number): never => {
  throw new DatasetError({
    file,
    expected: `events on a sensor of ${width}×${height}${sensorAssumed ? ' (assumed: the file does not say)' : ''}`,
    got: `${outside} outside it and none inside`,
    hint: 'give width and height (--sensor WxH) if the sensor is larger; else the file is damaged',
  })
}
