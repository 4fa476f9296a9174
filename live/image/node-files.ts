import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CommandError, type Runner } from "../exec.ts";
import { type Architecture, NODE_ARCH, ownArchitecture } from "./platform.ts";

/** Debian packages with the libraries that Node, and native modules, are linked to. */
const LIBRARIES = ["libc6", "libstdc++6", "libgcc-s1"];
export interface NodeFiles {
  readonly runner: Runner;
  /** Nothing is run: nothing that a command would have made is there to be copied. */
  readonly dryRun: boolean;
  /** Folder for what is fetched, kept between builds. */
  readonly cache: string;
  /** Says what is done without a program. */
  readonly note: (text: string) => void;
}

/**
 * Puts Node and its libraries into the root of an image that is built on nothing: this machine's own, or for another
 * architecture the same version from npm and Debian's packages. No registry of images is asked for anything.
 * @param root gets `usr/local/bin/node`, libraries, `etc/passwd`, `tmp`. @param modules whose native code needs libraries.
 * @throws CommandError if a program fails or is not there, or a library is not found.
 */
export async function addNode(
  architecture: Architecture,
  root: string,
  modules: string,
  options: NodeFiles,
): Promise<void> {
  const { dryRun, note } = options;
  note(`Node ${process.versions.node} and its libraries for ${architecture} -> ${root}`);
  if (architecture === ownArchitecture()) await addOwn(root, modules, options);
  else await addForeign(architecture, root, options);
  if (dryRun) return;
  chmodSync(join(root, "usr/local/bin/node"), 0o755);
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/:\nedgetwin:x:65532:65532::/tmp:\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nedgetwin:x:65532:\n");
  mkdirSync(join(root, "tmp"));
  chmodSync(join(root, "tmp"), 0o1777);
}

async function addOwn(root: string, modules: string, { runner, dryRun }: NodeFiles): Promise<void> {
  const native = dryRun ? [] : nativeFiles(modules);
  const listed = await runner.run(["ldd", process.execPath, ...native]);
  if (dryRun) return;
  copy(process.execPath, join(root, "usr/local/bin/node"));
  const inside = realpathSync(modules);
  for (const path of librariesIn(listed)) if (!realpathSync(path).startsWith(inside)) copy(path, join(root, path));
}

/**
 * Paths of the libraries that `ldd` lists, each once.
 * @throws CommandError that names those which it didn't find.
 */
export function librariesIn(ldd: string): string[] {
  const missing = Array.from(ldd.matchAll(/^\s*(\S+) => not found/gm), ([, name]) => name);
  if (missing.length > 0) throw new CommandError(`ldd: not found on this machine: ${[...new Set(missing)].join(", ")}`);
  return [...new Set(Array.from(ldd.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm), ([, path]) => path!))];
}

/** Native modules of packages, and the shared libraries that come with them. */
function nativeFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.node$|\.so(?:\.[\d.]+)?$/.test(path))
    .sort()
    .map((path) => join(folder, path));
}

async function addForeign(architecture: Architecture, root: string, options: NodeFiles): Promise<void> {
  const { dryRun, cache } = options;
  const { node: version } = process.versions;
  const name = `node-linux-${NODE_ARCH[architecture]}`;
  const kept = join(cache, `${name}-${version}`);
  if (dryRun || !existsSync(kept)) {
    const work = `${kept}.new`;
    if (!dryRun) rmSync(work, { recursive: true, force: true });
    await fetchForeign(architecture, name, work, options);
    if (!dryRun) renameSync(work, kept);
  }
  if (dryRun) return;
  copy(join(kept, "package/bin/node"), join(root, "usr/local/bin/node"));
  // Documentation, and libc's converters of character sets.
  const filter = (path: string) => !/\/(?:share|gconv)$/.test(path);
  cpSync(join(kept, "libraries"), root, { recursive: true, verbatimSymlinks: true, filter });
}

/** Leaves `package/bin/node` and `libraries/` in a folder. */
async function fetchForeign(
  architecture: Architecture,
  name: string,
  work: string,
  { runner, dryRun }: NodeFiles,
): Promise<void> {
  const folders = ["apt/lists/partial", "apt/cache/archives/partial", "debs", "libraries"];
  await runner.run(["mkdir", "-p", ...folders.map((folder) => join(work, folder))]);
  await runner.run(["npm", "pack", "--silent", "--pack-destination", work, `${name}@${process.versions.node}`]);
  await runner.run(["tar", "-xzf", join(work, `${name}-${process.versions.node}.tgz`), "-C", work, "package/bin/node"]);
  // apt with lists of its own and nothing installed: what packages this machine has, and for which architectures, stays.
  const apt = [
    "-q",
    ...["-o", `Dir::State=${work}/apt`, "-o", "Dir::State::status=/dev/null", "-o", `Dir::Cache=${work}/apt/cache`],
    ...["-o", `APT::Architectures::=${architecture}`, "-o", "Acquire::Languages=none", "-o", "APT::Sandbox::User="],
  ];
  await runner.run(["apt-get", ...apt, "update"]);
  const packages = LIBRARIES.map((library) => `${library}:${architecture}`);
  await runner.run(["env", "-C", join(work, "debs"), "apt-get", ...apt, "download", ...packages]);
  const debs = dryRun
    ? LIBRARIES.map((library) => `${library}_VERSION_${architecture}.deb`)
    : readdirSync(join(work, "debs"));
  for (const deb of debs) await runner.run(["dpkg-deb", "-x", join(work, "debs", deb), join(work, "libraries")]);
  await runner.run([
    "rm",
    "-r",
    join(work, "apt"),
    join(work, "debs"),
    join(work, `${name}-${process.versions.node}.tgz`),
  ]);
}

/** What a link leads to, under its own name. */
function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to);
}
