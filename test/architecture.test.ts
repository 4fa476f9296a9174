import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const LINES = 320;
const ASSEMBLIES = ["kernels/simd/assembly/", "sim/compiled/assembly/"].map(normalize);

interface Import {
  /** Of the file that imports, from the root. */
  readonly file: string;
  readonly specifier: string;
  /** File from the root, or the specifier itself where that is a package. */
  readonly target: string;
  /** `import type`, of which nothing is left at run time. */
  readonly erased: boolean;
}

const sources = ["sim", "kernels", "live", "test"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.[jt]s$/.test(path))
    .map((path) => normalize(join(folder, path))),
);
const text = new Map(sources.map((file) => [file, readFileSync(join(root, file), "utf8")]));
const imports = sources.flatMap((file) => importsOf(file, text.get(file)!));

/** Static imports and re-exports (of types, too), imports for effect, and dynamic ones. */
function importsOf(file: string, source: string): Import[] {
  const patterns = [
    /^\s*(?:import|export)\s(?:[^;"']|\n)*?\bfrom\s*["']([^"'\n]+)["']/gm,
    /^\s*import\s*["']([^"'\n]+)["']/gm,
    /\bimport\(\s*["']([^"'\n]+)["']/g,
  ];
  const found = new Map<string, Import>();
  for (const match of patterns.flatMap((pattern) => Array.from(source.matchAll(pattern)))) {
    const specifier = match[1]!;
    const erased = /^\s*(?:import|export)\s+type\s/.test(match[0]) && (found.get(specifier)?.erased ?? true);
    const beside = normalize(join(dirname(file), specifier));
    // AssemblyScript names the files that it imports without their ending.
    const ending = ASSEMBLIES.some((folder) => file.startsWith(folder)) ? ".ts" : "";
    const target = specifier.startsWith(".") ? `${beside}${ending}` : specifier;
    found.set(specifier, { file, specifier, target, erased });
  }
  return [...found.values()];
}

/** Imports of files in `from` that `forbidden` says no to, as lines to read. */
function broken(from: string, forbidden: (target: string) => boolean): string[] {
  return imports
    .filter(({ file, target }) => file.startsWith(from) && forbidden(target))
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
}

const within = (folder: string) => (target: string) => target.startsWith(`${folder}/`);

describe("import arrows", () => {
  test("imports are found at all", () => {
    const found = importsOf(
      "sim/a/b.ts",
      'import x, {\n  y,\n} from "../c.ts";\nexport * from "./d.ts";\nimport "node:fs";\nimport type { T } from "./t.ts";\nconst z = await import("mathjs");\n',
    );
    expect(found.map(({ target }) => target)).toEqual(["sim/c.ts", "sim/a/d.ts", "sim/a/t.ts", "node:fs", "mathjs"]);
    expect(found.map(({ erased }) => erased)).toEqual([false, false, true, false, false]);
    expect(imports.length).toBeGreaterThan(200);
  });

  test("every import of a file is of one that there is", () => {
    const missing = imports.filter(
      ({ specifier, target }) => specifier.startsWith(".") && !existsSync(join(root, target)),
    );
    expect(missing.map(({ file, specifier }) => `${file} imports ${specifier}, which is not there`)).toEqual([]);
  });

  test("sim imports neither live, kernels nor node:", () => {
    expect(broken("sim/", within("live"))).toEqual([]);
    expect(broken("sim/", within("kernels"))).toEqual([]);
    expect(broken("sim/", (target) => target.startsWith("node:"))).toEqual([]);
  });

  test("kernels import neither live nor node:", () => {
    expect(broken("kernels/", within("live"))).toEqual([]);
    expect(broken("kernels/", (target) => target.startsWith("node:"))).toEqual([]);
  });

  test("what users run imports no tests", () => {
    for (const folder of ["sim/", "kernels/", "live/"]) expect(broken(folder, within("test"))).toEqual([]);
  });

  test("nothing but live/cli imports live/cli", () => {
    const all = broken("", within("live/cli"));
    expect(all.filter((line) => !line.startsWith("live/cli/") && !line.startsWith("test/"))).toEqual([]);
  });

  test("sim and kernels use no global of Node", () => {
    // `process` as a name of one's own is fine; as a global it is followed by a member.
    const globals =
      /(?<![\w.#"'`])(?:process\.(?:env|argv|cwd|exit|std\w+|platform|hrtime)|Buffer\.|setTimeout\(|require\()/;
    const found = sources
      .filter((file) => /^(?:sim|kernels)\//.test(file))
      .flatMap((file) =>
        text
          .get(file)!
          .split("\n")
          .flatMap((line, i) => {
            const match = /^\s*(?:\*|\/\/|\/\*)/.test(line) ? null : globals.exec(line);
            return match === null ? [] : [`${file}:${i + 1} uses ${match[0]}`];
          }),
      );
    expect(found).toEqual([]);
  });
});

/** Files and packages that a file needs at run time, itself included. */
function reached(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const { target, erased } of imports.filter((one) => one.file === file)) if (!erased) reached(target, found);
  return found;
}

describe("the library, sim/index.ts", () => {
  const all = [...reached("sim/index.ts")];

  test("needs no package, so that a page can import it as it is", () => {
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((target) => !target.startsWith("sim/"))).toEqual([]);
  });

  test("computes with nothing that ECMAScript leaves to the engine", () => {
    const loose =
      /\bMath\.(?:a?(?:cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log(?:10|1p|2)?|pow|random)\b|(?<!\b2) \*\* |localeCompare|toLocale/;
    // A report's text may differ in its last digit, what it shows may not.
    const found = all
      .filter((file) => !file.startsWith("sim/report/"))
      .flatMap((file) =>
        text
          .get(file)!
          .split("\n")
          .flatMap((line, i) => {
            const match = /^\s*(?:\*|\/\/|\/\*)/.test(line) ? null : loose.exec(line);
            return match === null ? [] : [`${file}:${i + 1} uses ${match[0].trim()}: see sim/engine/elementary.ts`];
          }),
      );
    expect(found).toEqual([]);
  });
});

test("no import cycles, but of types", () => {
  const targets = new Map<string, string[]>();
  for (const { file, target, erased } of imports) {
    if (!erased && text.has(target)) targets.set(file, [...(targets.get(file) ?? []), target]);
  }
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || finished.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of sources) visit(file, []);
  expect(cycles).toEqual([]);
});

test(`no file is longer than ${LINES} lines`, () => {
  const long = sources
    .map((file) => [file, text.get(file)!.trimEnd().split("\n").length] as const)
    .filter(([, lines]) => lines > LINES);
  expect(long.map(([file, lines]) => `${file} has ${lines} lines, at most ${LINES} are allowed`)).toEqual([]);
});

test("everything that package.json publishes is there, or is made by its build", () => {
  const { files, scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    files: string[];
    scripts: { build?: string };
  };
  expect(files.length).toBeGreaterThan(0);
  const built = /--outDir (\S+)/.exec(scripts.build ?? "")?.[1];
  const missing = files.filter((file) => file !== built && !existsSync(join(root, file)));
  expect(missing.map((file) => `package.json: files: ${file} is not there`)).toEqual([]);
});
