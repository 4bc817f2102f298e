/** An SMTP server on loopback that takes mails, or fails at a stage that a test names. */
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";

/** Where a session fails, and how: the server hangs up, or says 4xx or 5xx. "lost-answer": it took the mail, and hung up. */
export const STAGES = ["connect", "mail", "rcpt", "data", "mid-data", "after-data", "lost-answer"] as const;
export type Stage = (typeof STAGES)[number];
export interface Fault {
  stage: Stage;
  how: "drop" | 421 | 450 | 550;
}

export interface Taken {
  from: string;
  to: string[];
  raw: string;
  at: number;
}

export interface SmtpPeer {
  port: number;
  taken: Taken[];
  sessions: number;
  close(): Promise<void>;
}

const failure = (code: number): Error => Object.assign(new Error("not now"), { responseCode: code });

/** Starts a server. `fault` is asked once for each mail, by the number of the session and of the mail in it. */
export async function startSmtp(
  fault: (mail: number) => Fault | null = () => null,
  options: SMTPServerOptions = {},
): Promise<SmtpPeer> {
  const taken: Taken[] = [];
  const peer = { port: 0, taken, sessions: 0, close: async (): Promise<void> => {} };
  const sockets = new Map<string, { destroy(): void }>();
  const planned = new WeakMap<SMTPServerSession, Fault | null>();
  let mails = 0;
  /** True when the session has ended here: the callback is answered, or its socket gone. */
  const fails = (session: SMTPServerSession, stage: Stage, callback: (error?: Error | null) => void): boolean => {
    const plan = planned.get(session);
    if (plan?.stage !== stage) return false;
    planned.delete(session);
    if (plan.how === "drop" || stage === "lost-answer") sockets.get(session.id)?.destroy();
    else callback(failure(plan.how));
    return true;
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onConnect(session, callback) {
      peer.sessions++;
      planned.set(session, fault(mails++));
      if (!fails(session, "connect", callback)) callback();
    },
    onMailFrom(_address, session, callback) {
      if (!planned.has(session)) planned.set(session, fault(mails++));
      if (!fails(session, "mail", callback)) callback();
    },
    onRcptTo(_address, session, callback) {
      if (!fails(session, "rcpt", callback)) callback();
    },
    onData(stream, session, callback) {
      if (fails(session, "data", callback)) {
        stream.resume();
        return;
      }
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => {
        pieces.push(piece);
        fails(session, "mid-data", () => {});
      });
      stream.on("end", () => {
        if (fails(session, "after-data", callback)) return;
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        taken.push({
          from,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(pieces).toString("latin1"),
          at: Date.now(),
        });
        if (fails(session, "lost-answer", callback)) return;
        planned.delete(session);
        callback();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  server.server.on("connection", (socket) => {
    socket.on("error", () => {});
  });
  // The library keeps its sockets to itself; a session's id is all that it tells.
  const inner = server as unknown as { connections: Set<{ id: string; _socket: { destroy(): void } }> };
  const find = { get: (id: string) => [...inner.connections].find((one) => one.id === id)?._socket };
  sockets.get = find.get;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  peer.port = (server.server.address() as AddressInfo).port;
  peer.close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return peer;
}
