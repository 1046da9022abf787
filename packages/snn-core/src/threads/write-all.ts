/** An open file, as far as writing goes: a `FileHandle` of Node is one. */
export interface WritableFile {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>
}

/**
 * Writes all of some bytes at the place where a file stands. A write of the system may take fewer bytes than it was given, as on a
 * disk that is nearly full; the rest is given again until all are written or the system says why not.
 * @throws the file system's error (no space left)
 */
export const writeAll = async (file: WritableFile, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten
}
