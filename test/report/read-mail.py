"""Reads an mboxrd as Python's own packages do and prints what they see, as JSON: a peer for the mails written here."""
import email
import email.policy
import json
import mailbox
import re
import sys

box = mailbox.mbox(sys.argv[1], create=False)
out = []
for key in box.keys():
    raw = box.get_bytes(key)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_payload(decode=True).decode("utf-8")
    out.append({
        "headers": [[name, str(value)] for name, value in message.items()],
        "defects": [str(defect) for defect in message.defects]
        + [str(defect) for value in message.values() for defect in getattr(value, "defects", ())],
        "to": [[a.display_name, a.addr_spec] for a in message["To"].addresses] if message["To"] else [],
        "cc": [[a.display_name, a.addr_spec] for a in message["Cc"].addresses] if message["Cc"] else [],
        "contentType": message.get_content_type(),
        "charset": message.get_content_charset(),
        "multipart": message.is_multipart(),
        # mboxrd: one > less before each line that looks like a separator
        "body": re.sub(r"(?m)^>(>*From )", r"\1", body),
        "longest": max(len(line) for line in raw.split(b"\n")),
        "carriageReturns": raw.count(b"\r"),
    })
print(json.dumps(out))
