import type { Message } from "../../src/message/message.js";
import { parseSubject } from "../../src/message/subject.js";

/** A message as the first stage gives it, for tests of the patch stage. */
export function mail(text: string, given: Partial<Message> = {}): Message {
  const subject = given.subject ?? "[PATCH] kvm: test";
  return {
    messageId: "1@example.org",
    subject,
    subjectInfo: parseSubject(subject),
    from: { name: "A. Author", address: "author@example.org" },
    to: [],
    cc: [],
    replyTo: [],
    date: null,
    inReplyTo: [],
    references: [],
    headers: new Map(),
    body: { text, flowed: null },
    origin: "mail",
    problems: [],
    ...given,
  };
}

/** A small sound diff of one file. */
export const DIFF = `diff --git a/arch/x/kvm.c b/arch/x/kvm.c
index 1234567..89abcde 100644
--- a/arch/x/kvm.c
+++ b/arch/x/kvm.c
@@ -10,6 +10,8 @@ static int start(struct vcpu *vcpu)
 	int ret;
 
 	ret = check(vcpu);
+	if (ret)
+		return ret;
 
 	run(vcpu);
 	return 0;
`;
