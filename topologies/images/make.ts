/**
 * Draws the pictures of this folder: `node topologies/images/make.ts`. They are ours, made of arithmetic, and look enough
 * like photographs for a convolution: smooth light, edges, texture, noise.
 */
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { RandomStream } from "../../sim/engine/random.ts";

const WIDTH = 640;
const HEIGHT = 480;
type Colour = readonly [number, number, number];

/** Smooth noise, 0..1: values on a grid of `cell` pixels, with bicubic-like easing between them. */
function smoothNoise(seed: number, cell: number): (x: number, y: number) => number {
  const columns = Math.ceil((2 * WIDTH) / cell) + 2;
  const stream = new RandomStream(seed, "picture", cell);
  const grid = Float64Array.from({ length: columns * (Math.ceil(HEIGHT / cell) + 2) }, () => stream.uniform());
  const ease = (t: number) => t * t * (3 - 2 * t);
  return (x, y) => {
    const [i, j] = [Math.floor(x / cell), Math.floor(y / cell)];
    const [u, v] = [ease(x / cell - i), ease(y / cell - j)];
    const at = (di: number, dj: number) => grid[(j + dj) * columns + i + di]!;
    return (at(0, 0) * (1 - u) + at(1, 0) * u) * (1 - v) + (at(0, 1) * (1 - u) + at(1, 1) * u) * v;
  };
}

/** Octaves of smooth noise, 0..1. */
function clouds(seed: number, cell: number): (x: number, y: number) => number {
  const octaves = [1, 2, 4, 8, 16].map((divisor, i) => ({
    noise: smoothNoise(seed + i, Math.max(2, cell / divisor)),
    weight: 0.5 ** (i + 1),
  }));
  return (x, y) => octaves.reduce((sum, { noise, weight }) => sum + weight * noise(x, y), 0);
}

const mix = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

function mountains(): (x: number, y: number) => Colour {
  const sky = clouds(11, 220);
  const ridge = clouds(23, 160);
  const rock = clouds(37, 24);
  return (x, y) => {
    for (const [layer, base, tone] of [
      [3, 330, [38, 52, 48]],
      [2, 270, [74, 92, 104]],
      [1, 210, [128, 144, 164]],
    ] as const) {
      const crest = base - 120 * ridge(x + 170 * layer, 40 * layer) + 30;
      if (y > crest) return mix(tone, [20, 30, 24], 0.55 * rock(x, y) + 0.2 * ((y - crest) / HEIGHT));
    }
    return mix([92, 140, 206], [250, 236, 214], Math.min(1, y / 300) * 0.6 + 0.4 * sky(x, y));
  };
}

function street(): (x: number, y: number) => Colour {
  const grain = clouds(51, 12);
  const light = clouds(52, 300);
  return (x, y) => {
    const house = Math.floor(x / 106);
    const roof = 90 + ((house * 61) % 90);
    const shade = 0.75 + 0.25 * light(x, y);
    if (y > 400) return mix([70, 70, 74], [104, 102, 98], grain(x, y));
    if (y < roof) return mix([206, 216, 228], [240, 226, 206], light(x, y));
    const [wx, wy] = [x % 106, y - roof];
    const window = wx % 34 > 9 && wx % 34 < 26 && wy % 48 > 12 && wy % 48 < 38 && wx > 6 && wx < 100;
    const wall: Colour = [
      [168, 96, 74],
      [196, 176, 140],
      [120, 128, 138],
    ][house % 3] as unknown as Colour;
    const lit = (house * 7 + Math.floor(wx / 34) * 3 + Math.floor(wy / 48) * 5) % 4 === 0;
    return mix(window ? (lit ? [246, 220, 150] : [44, 56, 70]) : wall, [0, 0, 0], 1 - shade + 0.18 * grain(x, y));
  };
}

function leaves(): (x: number, y: number) => Colour {
  const stream = new RandomStream(77, "leaves");
  const discs = Array.from({ length: 420 }, () => ({
    x: stream.integer(WIDTH),
    y: stream.integer(HEIGHT),
    r: 8 + stream.integer(26),
    tone: stream.uniform(),
    angle: stream.uniform() * Math.PI,
  }));
  const veins = clouds(81, 10);
  return (x, y) => {
    for (let i = discs.length - 1; i >= 0; i--) {
      const leaf = discs[i]!;
      const [dx, dy] = [x - leaf.x, y - leaf.y];
      const along = dx * Math.cos(leaf.angle) + dy * Math.sin(leaf.angle);
      const across = -dx * Math.sin(leaf.angle) + dy * Math.cos(leaf.angle);
      const inside = (along / leaf.r) ** 2 + (across / (0.45 * leaf.r)) ** 2;
      if (inside < 1)
        return mix(mix([38, 92, 34], [170, 190, 70], leaf.tone), [16, 36, 14], 0.5 * inside + 0.3 * veins(x, y));
    }
    return [18, 30, 16];
  };
}

function parts(): (x: number, y: number) => Colour {
  const metal = clouds(91, 60);
  const noise = clouds(95, 4);
  return (x, y) => {
    const [cx, cy] = [(x % 160) - 80, (y % 160) - 80];
    const radius = Math.hypot(cx, cy);
    const teeth = 52 + 6 * Math.sign(Math.sin(12 * Math.atan2(cy, cx)));
    const shine = 0.5 + 0.5 * Math.cos(Math.atan2(cy, cx) * 2 + radius / 20);
    if (radius < 14) return [24, 24, 28];
    if (radius < teeth) return mix([92, 96, 104], [214, 218, 224], 0.6 * shine + 0.3 * noise(x, y));
    return mix([40, 62, 84], [66, 92, 116], metal(x, y));
  };
}

const HERE = fileURLToPath(new URL("./", import.meta.url));

for (const [name, paint, format] of [
  ["1-mountains.jpg", mountains(), "jpeg"],
  ["2-street.png", street(), "png"],
  ["3-leaves.jpg", leaves(), "jpeg"],
  ["4-parts.jpg", parts(), "jpeg"],
] as const) {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0, at = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, at += 3)
      paint(x, y).forEach((value, c) => {
        pixels[at + c] = Math.round(Math.min(255, Math.max(0, value)));
      });
  }
  const picture = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  // A palette keeps the PNG small.
  await (format === "png"
    ? picture.png({ palette: true, colours: 64, effort: 10 })
    : picture.jpeg({ quality: 82 })
  ).toFile(HERE + name);
}
