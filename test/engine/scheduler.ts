import { Agenda } from "../../sim/engine/agenda.ts";
import { type LinkFlow, SharedLink } from "../../sim/engine/link.ts";
import { SharedProcessor } from "../../sim/engine/processor.ts";

/** Closures on the engine's agenda: each event is a source of its own. */
export class Scheduler {
  readonly agenda: Agenda;
  readonly #actions = new Map<number, () => void>();
  readonly #free: number[] = [];
  readonly #shared: { settle(): void }[] = [];
  #claimed = 0;

  /** @param sources events pending at once, at most. */
  constructor(sources = 2 ** 16) {
    this.agenda = new Agenda(sources);
  }

  get now(): number {
    return this.agenda.now;
  }

  /** A source for something that is settled after each event. */
  share(action: () => void, make: (source: number) => { settle(): void }): void {
    const source = this.#claimed++;
    this.#actions.set(source, action);
    this.#shared.push(make(source));
  }

  at(time: number, action: () => void): void {
    const source = this.#free.pop() ?? this.#claimed++;
    this.#actions.set(source, () => {
      this.agenda.remove(source);
      this.#free.push(source);
      action();
    });
    this.agenda.put(source, time, this.agenda.ticket());
  }

  after(delay: number, action: () => void): void {
    this.at(this.now + delay, action);
  }

  /** Until nothing is left, or up to and including time `until`, where the clock then stands. */
  run(until = Number.POSITIVE_INFINITY): void {
    let stopped = false;
    const stop = this.#claimed++;
    this.#actions.set(stop, () => {
      this.agenda.remove(stop);
      stopped = true;
    });
    if (until < Number.POSITIVE_INFINITY) this.agenda.put(stop, until, Number.POSITIVE_INFINITY);
    while (!stopped) {
      for (const shared of this.#shared) shared.settle();
      const source = this.agenda.advance();
      if (source < 0) return;
      this.#actions.get(source)!();
    }
  }
}

/** A shared processor whose tasks are closures. */
export class Processor {
  readonly #scheduler: Scheduler;
  readonly #tasks: (() => void)[] = [];
  #processor!: SharedProcessor;

  constructor(scheduler: Scheduler, cores: number) {
    this.#scheduler = scheduler;
    scheduler.share(
      () => this.#tasks[this.#processor.finish()]!(),
      (source) => {
        this.#processor = new SharedProcessor(scheduler.agenda, source, cores);
        return this.#processor;
      },
    );
  }

  get active(): number {
    return this.#processor.active;
  }

  get delivered(): number {
    return this.#processor.delivered;
  }

  submit(work: number, done: () => void): void {
    // What takes no time is the caller's.
    if (work === 0) this.#scheduler.after(0, done);
    else this.#processor.submit(work, this.#tasks.push(done) - 1);
  }
}

interface Message {
  readonly serialised: () => void;
  readonly delivered: () => void;
}

/** A shared link, and a constant delay behind it, whose messages are closures. */
export class Link {
  readonly #messages: Message[] = [];
  #link!: SharedLink;
  #flows = 0;

  constructor(scheduler: Scheduler, bandwidth: number, delay: number) {
    const leave = () => {
      const { serialised, delivered } = this.#messages[this.#link.leaving.tag]!;
      this.#link.leave();
      // Scheduled first, so that what `serialised` sends with no delay can't overtake.
      scheduler.after(delay, delivered);
      serialised();
    };
    scheduler.share(leave, (source) => {
      this.#link = new SharedLink(scheduler.agenda, source, bandwidth);
      return this.#link;
    });
  }

  get carried(): number {
    return this.#link.carried;
  }

  flow(cap?: number): Flow {
    return new Flow(this.#link.flow(this.#flows++, cap), this.#messages);
  }
}

class Flow {
  readonly #flow: LinkFlow;
  readonly #messages: Message[];

  constructor(flow: LinkFlow, messages: Message[]) {
    this.#flow = flow;
    this.#messages = messages;
  }

  get backlog(): number {
    return this.#flow.backlog;
  }

  send(bytes: number, serialised: () => void, delivered: () => void): void {
    this.#flow.send(bytes, this.#messages.push({ serialised, delivered }) - 1);
  }
}
