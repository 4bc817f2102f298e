/** The words of the dashboard, apart from where they stand. */
import type { FindingStatus } from "../../../review/finding.js";

export type FoundStatus = FindingStatus;
export type DeadKind = "mail" | "series";

/** Names of pages in the navigation, and where they are; those behind the sign-in in a list of their own. */
export const NAVIGATION: readonly (readonly [string, string])[] = [
  ["/", "Lists"],
  ["/findings", "Findings"],
  ["/rules", "Rules"],
];
export const PULLS: readonly [string, string] = ["/pulls", "Pull requests"];
export const OPERATOR_NAVIGATION: readonly (readonly [string, string])[] = [
  ["/queue", "Queue"],
  ["/letters", "Dead letters"],
  ["/app", "App"],
];

/** What a state of a series means. */
export const STATES: Readonly<Record<string, string>> = {
  open: "not judged yet",
  judged: "judged",
  dead: "given up",
};

/** What an operator has just done; the address of the page names one of these words, and nothing else is shown. */
export const DONE: Readonly<Record<string, string>> = {
  approved: "Approved: the mail goes out when its time has come.",
  dropped: "Dropped: it is not sent, or not listed any more.",
  retried: "It is taken up again.",
  late: "Too late: it was sent, dropped, or is being sent.",
  gone: "It is not there any more.",
  out: "Signed out.",
};

export const DASHBOARD = {
  name: "patchwitness",
  skip: "Skip to the content",
  nothing: "Nothing here yet.",
  noFindings: "No finding is like that.",
  older: "Older",
  newest: "Back to the newest",
  any: "any",
  json: "This page as JSON",
  feed: "Feed of this list (Atom)",
  wrongName: "The name or the password is not right.",
  tooMany: "Too many attempts: try again in some minutes.",
  noOperators: "No operator is configured, so nobody can sign in: this dashboard is read-only.",
} as const;

/** What is wrong with a request, by the status it is answered with. */
export const REFUSALS = {
  400: ["A request that cannot be read", "Something in the address or the form is not as a page writes it."],
  401: ["Sign in first", "This page is for operators who are signed in."],
  403: ["Refused", "The form is too old, or did not come from this site. Go back, load the page again, and repeat it."],
  404: ["Not here", "There is no such page, or what it was about is not in the store any more."],
  413: ["Too long", "The form is longer than any that a page here sends."],
  421: ["Another host", "The address names a host that this server does not answer for."],
  429: ["Too many attempts", "Try again in some minutes."],
  500: ["Something failed", "The server could not answer; its log says why."],
} as const satisfies Record<number, readonly [string, string]>;
export type Refusal = keyof typeof REFUSALS;
