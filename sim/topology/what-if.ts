import type { Finding, Path } from "./problem.ts";
import { DURATION } from "./units.ts";

/** What the flag takes: a disturbance on one line. */
export const WHAT_IF_ALLOWED =
  'such as "link edge-server 10 Mbit/s 2 s..5 s", "node edge 50% 2 s..4 s", "pod conv restart 1.5 s at 3 s" or "burst 20 at 1 s"';

const TIME = DURATION.pattern.source.slice(1, -1).replace("(\\.", "(?:\\.").replace("(us", "(?:us");
const SPAN = `(?<from>${TIME}) ?\\.\\. ?(?<until>${TIME})`;
const FORMS = [
  new RegExp(`^link (?<link>\\S+) (?<bandwidth>\\S.*?) ${SPAN}$`),
  new RegExp(`^node (?<node>\\S+) (?<speed>\\S+) ${SPAN}$`),
  new RegExp(`^pod (?<pod>\\S+) restart (?<restart>${TIME}) at (?<at>${TIME})$`),
  new RegExp(`^node (?<node>\\S+) restart (?<restart>${TIME}) at (?<at>${TIME})$`),
  new RegExp(`^burst (?<burst>\\d+) at (?<at>${TIME})$`),
];

/**
 * What the file would hold of a disturbance on one line; `null` with a finding if it is none.
 * @param nodes names of all, as those of a link have a '-' between them and may have some of their own.
 */
export function whatIf(text: string, nodes: readonly string[], path: Path, findings: Finding[]): unknown {
  const fields = FORMS.map((form) => form.exec(text.trim().replace(/\s+/g, " "))?.groups).find(
    (groups) => groups !== undefined,
  );
  if (fields === undefined) {
    findings.push({ path, value: text, message: `${JSON.stringify(text)} is not allowed`, allowed: WHAT_IF_ALLOWED });
    return null;
  }
  const { link, speed, burst, ...rest } = fields;
  return {
    ...(link !== undefined && { link: endsOf(link, nodes) }),
    ...rest,
    ...(speed !== undefined && { speed: speed.endsWith("%") ? speed : Number(speed) }),
    ...(burst !== undefined && { burst: Number(burst) }),
  };
}

/** The two names; where they are none that there are, the halves around the first '-', for the check to refuse. */
function endsOf(text: string, nodes: readonly string[]): readonly string[] {
  const from = nodes.find((name) => text.startsWith(`${name}-`) && nodes.includes(text.slice(name.length + 1)));
  const at = from?.length ?? text.indexOf("-");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
