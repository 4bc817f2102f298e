/**
 * What a configuration says of the archives that are followed: one object for each, told apart by `type`. Times are in
 * seconds, sizes in bytes. Passwords are never in here: a configuration names the environment variable that holds one.
 */

/** What all archives have. */
interface CommonConfig {
  /** Unique in a configuration; sightings and cursors are kept under it, so it stays when an archive moves. */
  name: string;
}

/** What all archives on a network have. */
export interface NetworkSettings {
  /**
   * Whether addresses of this machine and of private networks may be connected to (RFC 1918, loopback, link-local and the
   * like). Default: false, because names of hosts come from mails and pages too.
   */
  allowPrivate?: boolean;
  /** How long a server may be silent. Seconds; default 60. */
  timeoutSeconds?: number;
  /** How often one request is tried before the archive counts as unreachable; default 5. */
  tries?: number;
}

/** What all archives that speak HTTP have. */
export interface HttpSettings extends NetworkSettings {
  /** How long an answer is used again without asking. Seconds; default and least 600. */
  cacheSeconds?: number;
  /** Pause between two requests to one host. Seconds; default 0.2. */
  pauseSeconds?: number;
}

/** A public-inbox over HTTP (lore.kernel.org): its git epochs are mirrored, and followed by its manifest. */
export interface PublicInboxConfig extends CommonConfig, HttpSettings {
  type: "public-inbox";
  /** The inbox: "https://lore.kernel.org/kvm/". */
  url: string;
  /**
   * The epoch to begin with, older ones being left out; "latest" is the newest one at the time of the first read. Default: 0.
   * An epoch of a large list has about 1 GB.
   */
  firstEpoch?: number | "latest";
}

/** One git epoch of a public-inbox (v2), or an inbox of version 1, as a bare repository in the file system. */
export interface EpochConfig extends CommonConfig {
  type: "epoch";
  /** The folder of the repository: "/srv/lore/kvm/git/0.git". */
  path: string;
}

/** A public-inbox (v2) in the file system: all epochs N.git in its folder `git`, or in itself. */
export interface InboxConfig extends CommonConfig {
  type: "inbox";
  /** "/srv/lore/kvm". */
  path: string;
}

/** The Atom feed of a public-inbox, for lists with little traffic: each mail is a request. */
export interface AtomConfig extends CommonConfig, HttpSettings {
  type: "atom";
  /** The inbox, as for "public-inbox"; its feed is at "new.atom". */
  url: string;
  /** Mails that arrived before are left out: an ISO 8601 date or time in UTC. Default: none are. */
  since?: string;
}

/** A list archive of pipermail (Mailman 2). */
export interface PipermailConfig extends CommonConfig, HttpSettings {
  type: "pipermail";
  /** The page that lists the months: "https://lists.infradead.org/pipermail/kvm-riscv/". */
  url: string;
  /**
   * "text": the months as text, which keep In-Reply-To and References. "html": the pages, which keep neither and take a
   * request for each mail. Default "auto": text, and pages for months that have none.
   */
  form?: "auto" | "text" | "html";
  /** The month to begin with, as in the archive's links: "2019-May". Default: the first. */
  firstMonth?: string;
  /** How many months before the latest are asked for again at each read, since late mails are added to them. Default 2. */
  recheck?: number;
}

/** A maildir (its new and cur), or a folder of files that end in ".eml"; folders below it are not read. */
export interface MaildirConfig extends CommonConfig {
  type: "maildir";
  path: string;
}

/** A news group (RFC 3977); public-inbox serves its inboxes as such. */
export interface NntpConfig extends CommonConfig, NetworkSettings {
  type: "nntp";
  host: string;
  /** Default: 563 with TLS, 119 without. */
  port?: number;
  /** Default: true. */
  tls?: boolean;
  group: string;
  /** Name to log in with; no login without one. */
  user?: string;
  /** The environment variable that holds the password; wanted with `user`. */
  passwordEnv?: string;
}

/** A folder of an IMAP account, which is only read. */
export interface ImapConfig extends CommonConfig, NetworkSettings {
  type: "imap";
  host: string;
  /** Default: 993 with TLS, 143 without. */
  port?: number;
  /** Default: true. Without it the password crosses the network in the clear. */
  tls?: boolean;
  /** Default: "INBOX". */
  mailbox?: string;
  user: string;
  /** The environment variable that holds the password. */
  passwordEnv: string;
}

/** Any archive. */
export type SourceConfig =
  | PublicInboxConfig
  | EpochConfig
  | InboxConfig
  | AtomConfig
  | PipermailConfig
  | MaildirConfig
  | NntpConfig
  | ImapConfig;
