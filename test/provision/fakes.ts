import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
// It keeps the shell that it finds when it is loaded: not one in a folder of fakes.
import "zx";
import { edgetwin } from "../cli/edgetwin.ts";

/**
 * A program that keeps what it is asked (`calls`) and told (`stdin.N`), fails at call FAIL_AT with words of what it was told, and else
 * answers what the file of `answers` says whose name is in what it was asked and told, or nothing.
 */
const FAKE = `#!/bin/sh
read -r n < "$FAKE/count"
n=$((n + 1))
echo $n > "$FAKE/count"
name="\${0##*/}"
told=$(cat)
printf '%s\\n' "$name $*" >> "$FAKE/calls"
printf '%s\\n' "$told" > "$FAKE/stdin.$n"
if [ "$n" = "$FAIL_AT" ]; then
  case "$told" in *TOKEN=*) said=" \${told#*TOKEN=}" ;; esac
  echo "$name: no space left$said" >&2
  exit 1
fi
[ "$2" = --output ] && echo image > "$3"
for answer in "$FAKE/answers"/*; do
  [ -e "$answer" ] || continue
  { IFS= read -r about; IFS= read -r whom; } < "$answer"
  case "$name $* $told" in *"$about"*) case "$*" in *"$whom"*)
    { read -r about; read -r whom; cat; } < "$answer"
    exit ;;
  esac ;; esac
done
true
`;

/** What is asked or told, whom (a word of the arguments), and the answer. */
export type Answer = readonly [about: string, whom: string, answer: string];

/** A PATH on which nothing but these fakes is, and what the command needs of the system. */
export function fakes(programs: readonly string[], answers: readonly Answer[]) {
  const cwd = mkdtempSync(join(tmpdir(), "edgetwin-fakes-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const bin = join(cwd, "bin");
  mkdirSync(join(cwd, "answers"), { recursive: true });
  mkdirSync(bin);
  for (const name of programs) {
    writeFileSync(join(bin, name), FAKE);
    chmodSync(join(bin, name), 0o755);
  }
  for (const name of ["bash", "sh", "cat", "env"]) symlinkSync(`/bin/${name}`, join(bin, name));
  for (const [i, lines] of answers.entries()) writeFileSync(join(cwd, "answers", String(10 + i)), lines.join("\n"));
  const calls = () =>
    existsSync(join(cwd, "calls")) ? readFileSync(join(cwd, "calls"), "utf8").trimEnd().split("\n") : [];
  /** Of a call, from 1 on. */
  const told = (call: number) => readFileSync(join(cwd, `stdin.${call}`), "utf8");
  const run = (args: readonly string[], failAt: number | null = null) => {
    writeFileSync(join(cwd, "count"), "0");
    writeFileSync(join(cwd, "calls"), "");
    return edgetwin(args, { PATH: bin, FAKE: cwd, FAIL_AT: String(failAt), KIND_EXPERIMENTAL_PROVIDER: "" }, cwd);
  };
  return { cwd, calls, told, run };
}
