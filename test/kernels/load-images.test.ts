import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { images } from "../../kernels/images.ts";
import { ImagesError, loadImages } from "../../live/stage/images.ts";
import { produced } from "../laws/kernels.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../topologies/images");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgetwin-images-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A file of the folder, made of raw samples. */
async function draw(name: string, data: number[], width: number, channels: 1 | 2 | 3 | 4): Promise<void> {
  const raw = { width, height: data.length / channels / width, channels };
  const picture = sharp(Uint8Array.from(data), { raw });
  await (channels <= 2 ? picture.toColourspace("b-w") : picture).png().toFile(join(folder, name));
}

const loaded = async () =>
  (await loadImages(folder)).map(({ height, width, channels, data }) => [height, width, channels, [...data]]);

/** What loadImages says of the folder. */
async function complaint(of = folder): Promise<string> {
  const error: unknown = await loadImages(of).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ImagesError);
  return (error as Error).message;
}

test("the examples: four pictures of 640x480, and a source that shows them", async () => {
  const pictures = await loadImages(EXAMPLES);
  expect(pictures.map(({ height, width, channels }) => [height, width, channels])).toEqual(
    Array(4).fill([480, 640, 3]),
  );
  for (const { data } of pictures) {
    expect(data).toHaveLength(480 * 640 * 3);
    expect(new Set(data).size).toBeGreaterThan(100);
  }
  const params = images.params.parse({ folder: "images" });
  const source = images.implementations.reference.prepare(params, { height: 48, width: 64 }, pictures);
  expect(produced(source, 4)).toEqual(produced(source, 0));
  expect(produced(source, 1)).not.toEqual(produced(source, 0));
});

describe("a folder", () => {
  test("is read in the order of names, other files left alone", async () => {
    await draw("b.png", [1, 2, 3], 1, 3);
    await draw("a.PNG", [4, 5, 6, 7, 8, 9], 2, 3);
    await draw("c.png", [50, 60], 1, 1);
    await writeFile(join(folder, "readme.txt"), "no picture");
    await writeFile(join(folder, "png"), "nor this");
    const [first, second, third] = await loaded();
    expect(first).toEqual([1, 2, 3, [4, 5, 6, 7, 8, 9]]);
    expect(second).toEqual([1, 1, 3, [1, 2, 3]]);
    expect(third).toEqual([2, 1, 3, [50, 50, 50, 60, 60, 60]]);
  });

  test("may hold jpg and jpeg", async () => {
    const flat = { width: 16, height: 8, channels: 3 as const, background: { r: 200, g: 100, b: 50 } };
    await sharp({ create: flat }).jpeg({ quality: 100 }).toFile(join(folder, "a.jpg"));
    await sharp({ create: flat }).jpeg({ quality: 100 }).toFile(join(folder, "b.JPEG"));
    const pictures = await loadImages(folder);
    expect(pictures.map(({ height, width, channels }) => [height, width, channels])).toEqual([
      [8, 16, 3],
      [8, 16, 3],
    ]);
    for (const { data } of pictures)
      for (const [i, sample] of data.entries())
        expect(Math.abs(sample - [200, 100, 50][i % 3]!)).toBeLessThanOrEqual(2);
  });

  test("has transparency put on black", async () => {
    await draw("a.png", [200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 51], 3, 4);
    await draw("b.png", [200, 255, 200, 0], 2, 2);
    const [colour, grey] = await loaded();
    expect(colour).toEqual([1, 3, 3, [200, 100, 50, 0, 0, 0, 40, 20, 10]]);
    expect(grey).toEqual([1, 2, 3, [200, 200, 200, 0, 0, 0]]);
  });

  test("may have pictures of 16 bits: the upper 8 count", async () => {
    const raw = { width: 2, height: 1, channels: 3 as const };
    const samples = Uint16Array.of(0, 257, 2570, 25700, 51400, 65535);
    await sharp(samples, { raw }).toColourspace("rgb16").png().toFile(join(folder, "a.png"));
    expect((await sharp(join(folder, "a.png")).metadata()).depth).toBe("ushort");
    expect(await loaded()).toEqual([[1, 2, 3, [0, 1, 10, 100, 200, 255]]]);
  });

  test("may have a picture that a camera took sideways", async () => {
    // Left half red, right half blue; orientation 6: turn it clockwise, so that red is on top.
    const [red, blue] = [Array(16).fill([254, 0, 0]), Array(16).fill([0, 0, 254])];
    const raw = { width: 32, height: 16, channels: 3 as const };
    const samples = Uint8Array.from(Array(16).fill([red, blue]).flat(3));
    await sharp(samples, { raw }).jpeg().withMetadata({ orientation: 6 }).toFile(join(folder, "a.jpg"));
    const [picture] = await loadImages(folder);
    expect([picture?.height, picture?.width]).toEqual([32, 16]);
    expect(picture!.data[0]).toBeGreaterThan(240);
    expect(picture!.data.at(-1)).toBeGreaterThan(240);
    expect(picture!.data.at(-3)).toBeLessThan(15);
  });
});

describe("an error names what is wrong", () => {
  test("no such folder", async () => {
    const missing = join(folder, "missing");
    expect(await complaint(missing)).toBe(`${missing}: no such folder`);
  });

  test("a file in place of the folder", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    expect(await complaint(file)).toBe(`${file}: not a folder`);
  });

  test("no picture in it", async () => {
    const message = `${folder}: no .png, .jpg or .jpeg file in it`;
    expect(await complaint()).toBe(message);
    await writeFile(join(folder, "a.gif"), "GIF89a");
    expect(await complaint()).toBe(message);
  });

  test("a file that is no picture, among good ones", async () => {
    await draw("a.png", [1, 2, 3], 1, 3);
    await writeFile(join(folder, "b.png"), "not a picture");
    await draw("c.png", [1, 2, 3], 1, 3);
    expect(await complaint()).toMatch(`${join(folder, "b.png")}: can't be decoded as PNG or JPEG: `);
  });

  test("each file that is no picture, all at once", async () => {
    for (const name of ["a.png", "c.jpg"]) await writeFile(join(folder, name), "not a picture");
    await draw("b.png", [1, 2, 3], 1, 3);
    const lines = (await complaint()).split("\n").filter((line) => line.startsWith(folder));
    expect(lines.map((line) => line.slice(0, line.indexOf(": ")))).toEqual([
      join(folder, "a.png"),
      join(folder, "c.jpg"),
    ]);
  });

  test.for(["1-mountains.jpg", "2-street.png"])("%s, cut off in the middle", async (name) => {
    const whole = await readFile(join(EXAMPLES, name));
    await writeFile(join(folder, name), whole.subarray(0, whole.length / 2));
    expect(await complaint()).toMatch(`${join(folder, name)}: can't be decoded as PNG or JPEG: `);
  });

  test("an empty file, and a folder with a picture's name", async () => {
    await writeFile(join(folder, "a.png"), "");
    expect(await complaint()).toMatch(`${join(folder, "a.png")}: can't be decoded as PNG or JPEG: `);
    await rm(join(folder, "a.png"));
    await mkdir(join(folder, "b.jpg"));
    expect(await complaint()).toMatch(`${join(folder, "b.jpg")}: can't be decoded as PNG or JPEG: `);
  });
});
