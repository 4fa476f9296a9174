import { existsSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";

/** A pipeline is not controlled: none runs there, or the socket can't be. */
export class ControlError extends Error {
  override readonly name = "ControlError";
}

/** The socket in a run's folder at which its process is told what to do. */
const SOCKET = "control.sock";
/** What Linux and macOS take of a socket's path, bytes, at least. */
const LONGEST = 103;

/** Where a placement is to be. */
export interface MoveRequest {
  /** One letter a stage. */
  readonly to: string;
  /** Stages per pod; left out: one pod a stage. */
  readonly grouping?: readonly number[];
  /** Of all pods; left out: the one that runs now. */
  readonly image?: string;
}

/** What is answered, one a line: steps as they are taken, then what came of it. */
export type Answer =
  | { readonly step: string }
  | { readonly done: unknown }
  | { readonly error: string; readonly wrongInput: boolean };

export type Handle = (request: MoveRequest, onStep: (step: string) => void) => Promise<unknown>;

/**
 * Listens in a run's folder until it is closed. @param isInput tells errors that are the asker's own making.
 * @throws ControlError if the folder's path is too long for a socket.
 */
export async function serveControl(
  folder: string,
  handle: Handle,
  isInput: (error: unknown) => boolean,
): Promise<Server> {
  const path = socketIn(folder);
  // Of a process that was killed.
  rmSync(path, { force: true });
  const server = createServer((socket) => void answer(socket, handle, isInput));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new ControlError(`${path}: can't listen: ${error.message}`)));
    server.listen(path, resolve);
  });
  return server;
}

async function answer(socket: Socket, handle: Handle, isInput: (error: unknown) => boolean): Promise<void> {
  const say = (line: Answer) => void socket.write(`${JSON.stringify(line)}\n`);
  // Who asked may be gone before all is done; the work is not.
  socket.on("error", () => {});
  try {
    for await (const line of createInterface({ input: socket })) {
      const request = JSON.parse(line) as MoveRequest;
      say({ done: await handle(request, (step) => say({ step })) });
      break;
    }
  } catch (error) {
    say({ error: (error as Error).message, wrongInput: isInput(error) });
  }
  socket.end();
}

/**
 * Asks the process that operates a run's pipeline to move it, and waits until it has.
 * @throws ControlError if none does, or it refused: then `wrongInput` says whether by what was asked for.
 */
export async function askToMove(
  folder: string,
  request: MoveRequest,
  onStep: (step: string) => void,
): Promise<Exclude<Answer, { step: string }>> {
  const path = socketIn(folder);
  const nobody = `nothing operates in ${folder}: edgetwin operate TOPOLOGY --name ${folder.split("/").at(-1)} starts a pipeline`;
  if (!existsSync(path)) throw new ControlError(nobody);
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", () => reject(new ControlError(`${nobody} (the one before has ended)`)));
  });
  socket.write(`${JSON.stringify(request)}\n`);
  try {
    for await (const line of createInterface({ input: socket })) {
      const answer = JSON.parse(line) as Answer;
      if ("step" in answer) onStep(answer.step);
      else return answer;
    }
  } finally {
    socket.destroy();
  }
  throw new ControlError(`${folder}: the process that operates there has ended before it moved`);
}

function socketIn(folder: string): string {
  const whole = join(folder, SOCKET);
  const short = relative(process.cwd(), whole);
  const path = short.length < whole.length ? short : whole;
  if (Buffer.byteLength(path) > LONGEST)
    throw new ControlError(
      `${path}: too long for a socket, ${Buffer.byteLength(path)} bytes of ${LONGEST}: choose a shorter --runs or --name, or another working folder`,
    );
  return path;
}
