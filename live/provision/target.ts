/** A machine that ssh reaches, and the node of topologies that it is to be. */
export interface Target {
  readonly node: string;
  /** As ssh takes it: `user@host`, or a host of its configuration. */
  readonly ssh: string;
  readonly port: number | null;
}

const TARGET = /^(?:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)=)?((?:[\w.-]+@)?([A-Za-z0-9][\w.-]*))(?::(\d{1,5}))?$/;

/** Reads `[node=][user@]host[:port]`; `null` if it is none. @param node of one that names none. */
export function parseTarget(text: string, node: string): Target | null {
  const [, name, ssh, , port] = TARGET.exec(text) ?? [];
  if (ssh === undefined || Number(port ?? 1) > 65_535) return null;
  return { node: name ?? node, ssh, port: port === undefined ? null : Number(port) };
}

/** Host as ssh knows it, without the user. */
export function hostOf({ ssh }: Target): string {
  return ssh.slice(ssh.indexOf("@") + 1);
}

/** For messages. */
export function targetText({ ssh, port }: Target): string {
  return port === null ? ssh : `${ssh}:${port}`;
}
