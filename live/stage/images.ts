import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Picture } from "../../kernels/kernel.ts";

const PICTURE = /\.(png|jpe?g)$/i;
const UNREADABLE: Readonly<Record<string, string>> = { ENOENT: "no such folder", ENOTDIR: "not a folder" };

/** Whether a file of a folder is one of its images, by its name. */
export function isPicture(file: string): boolean {
  return PICTURE.test(file);
}

/** A folder of images can't be used: says which, and what is allowed. */
export class ImagesError extends Error {
  override readonly name = "ImagesError";
}

/**
 * Decodes the PNG and JPEG files of a folder, in order of their names, upright (as EXIF says). Transparency is put on black.
 * @throws ImagesError if the folder is missing or holds no such file, or some can't be decoded: names each.
 */
export async function loadImages(folder: string): Promise<Picture[]> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new ImagesError(`${folder}: ${UNREADABLE[code] ?? message}`);
  }
  const files = entries.filter(isPicture).sort();
  if (files.length === 0) throw new ImagesError(`${folder}: no .png, .jpg or .jpeg file in it`);
  const { default: sharp } = await import("sharp");
  // Decoding is done before the first frame; a thread pool for it would only stand in the way of other pods.
  sharp.concurrency(1);
  const pictures: Picture[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const path = join(folder, file);
    try {
      const { data, info } = await sharp(path)
        .autoOrient()
        .flatten({ background: "black" })
        .toColourspace("srgb")
        .raw()
        .toBuffer({ resolveWithObject: true });
      pictures.push({ height: info.height, width: info.width, channels: info.channels, data: new Uint8Array(data) });
    } catch (error) {
      problems.push(`${path}: can't be decoded as PNG or JPEG: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new ImagesError(problems.join("\n"));
  return pictures;
}
