/** A small repository with a pull request, and a client of the App for it. */
import { App, Octokit } from "octokit";
import { type FakeGithub, type FakeOptions, startGithub } from "./fake.js";

const TEN = Array.from({ length: 30 }, (_, n) => `line ${n + 1};\n`);

/** The file with some of its lines changed. */
const edited = (changes: Record<number, string>): string => TEN.map((line, n) => changes[n + 1] ?? line).join("");

/** A client that neither waits nor repeats, so that tests see each answer. */
export const clientOf = async (fake: FakeGithub): Promise<Octokit> => {
  const plain = Octokit.defaults({
    baseUrl: fake.origin,
    throttle: { enabled: false },
    retry: { enabled: false },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  const { id: appId, privateKey, installation } = fake.app;
  return new App({ appId, privateKey, Octokit: plain }).getInstallationOctokit(installation);
};

/** kvm/linux: main with two files, and a pull request of two commits that changes lines 5 and 20 and adds a file. */
export async function sample(options: FakeOptions = {}) {
  const fake = await startGithub(options);
  const repo = fake.world.repo("kvm", "linux");
  repo.permissions.set("maintainer", "maintain");
  fake.world.user("maintainer");
  const base = { "virt/kvm/kvm_main.c": TEN.join(""), "Documentation/old name.rst": "text\n" };
  const root = repo.commit(base, { ref: "main", message: "root\n" });
  const first = repo.commit(
    { ...base, "virt/kvm/kvm_main.c": edited({ 5: "five;\n" }) },
    { parents: [root], message: "one\n" },
  );
  const files = {
    ...base,
    "virt/kvm/kvm_main.c": edited({ 5: "five;\n", 20: "twenty;\n" }),
    "virt/kvm/new.c": "int a;\n",
  };
  const head = repo.commit(files, { parents: [first], message: "two\n" });
  const pull = repo.open({ head, title: "kvm: a change" });
  const octokit = await clientOf(fake);
  const at = { owner: "kvm", repo: "linux" };
  return { fake, repo, root, first, head, pull, octokit, at, on: { ...at, pull_number: pull.number } };
}
