"""What b4 makes of an mbox: one JSON object a line for each series, members by Message-ID. Called by series-bench.mjs.

As `b4 am -m MBOX` does it: the mails of one conversation (get_strict_thread) go into a LoreMailbox, which sorts them by
revision. The archive is cut into conversations first, because b4 is always told of one. Nothing is asked of a network.
"""
import email
import email.utils
import gzip
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.append("/usr/lib/python3/dist-packages")
import b4  # noqa: E402

b4.can_network = False


def read(path):
    """Mails in order of arrival, split by git as b4 splits what a server sends."""
    with tempfile.TemporaryDirectory() as folder:
        b4.git_run_command(None, ["mailsplit", "--mboxrd", f"-o{folder}"], stdin=gzip.open(path).read())
        for file in sorted(Path(folder).iterdir()):
            yield email.message_from_bytes(file.read_bytes(), policy=b4.emlpolicy)


def references(msg):
    """Ids that a mail names, read as b4.get_strict_thread reads them."""
    for header in ("in-reply-to", "references"):
        for _, ref in email.utils.getaddresses([str(x) for x in msg.get_all(header, [])]):
            if ref:
                yield ref


def conversations(msgs):
    """Mails that name each other or a common ancestor, in order of arrival."""
    up = {}

    def find(key):
        while up.setdefault(key, key) != key:
            up[key] = up[up[key]]
            key = up[key]
        return key

    for n, msg in enumerate(msgs):
        own = b4.LoreMessage.get_clean_msgid(msg) or f"none {n}"
        for ref in references(msg):
            up[find(ref)] = find(own)
    groups = {}
    for n, msg in enumerate(msgs):
        own = b4.LoreMessage.get_clean_msgid(msg) or f"none {n}"
        groups.setdefault(find(own), []).append(msg)
    for group in groups.values():
        yield b4.get_strict_thread(group, b4.LoreMessage.get_clean_msgid(group[0])) or group


def series_of(msgs):
    mailbox = b4.LoreMailbox()
    for msg in msgs:
        mailbox.add_message(msg)
    taken = set()
    for revision in sorted(mailbox.series):
        series = mailbox.get_series(revision=revision)
        if series is None:
            continue
        cover, *patches = series.patches
        if cover is not None:
            taken.add(cover.msgid)
        own = [p for p in patches if p is not None and p.reroll_from_revision in (None, revision)]
        yield {
            "title": series.subject,
            "version": revision,
            "total": series.expected,
            # A partial reroll that was filled up with patches of the version before is no complete sending.
            "complete": bool(series.complete) and not series.partial_reroll,
            "cover": cover.msgid if cover is not None and series.has_cover else None,
            "patches": [p.msgid for p in own],
        }
    for revision, cover in sorted(mailbox.covers.items()):
        if cover.msgid not in taken:
            yield {
                "title": cover.subject,
                "version": revision,
                "total": cover.expected,
                "complete": False,
                "cover": cover.msgid,
                "patches": [],
            }


def main():
    start = time.monotonic()
    for number, msgs in enumerate(conversations(list(read(sys.argv[1])))):
        try:
            for series in series_of(msgs):
                print(json.dumps({**series, "conversation": number}))
        except Exception as error:  # a mail that b4 stumbles over takes its conversation with it
            first = b4.LoreMessage.get_clean_msgid(msgs[0])
            print(json.dumps({"failed": first, "error": f"{type(error).__name__}: {error}"}))
    print(json.dumps({"seconds": time.monotonic() - start, "version": b4.__VERSION__}))


main()
